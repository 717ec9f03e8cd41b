import type { Knex } from 'knex'

export const name = '0003-engine-and-work'

/** What stands between our database and the engine, the partners and the people who act next. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    set local role yichuang_engine;
    create table engine.engine_event (
      id bigint generated always as identity primary key,
      xid xid8 not null default pg_current_xact_id(),
      at timestamptz not null default clock_timestamp(),
      process_instance_id text not null,
      events jsonb not null
    );
    create index engine_event_order on engine.engine_event (xid, id);
    create table engine.engine_start (
      business_key text primary key,
      process_instance_id text not null,
      at timestamptz not null default now()
    );
    grant usage on schema engine to yichuang_app;
    grant select on engine.engine_event, engine.engine_start to yichuang_app;
    reset role;

    create table engine_command (
      id bigint generated always as identity primary key,
      case_id bigint references case_file (id),
      item_version_id bigint references item_version (id),
      kind text not null check (kind in ('deploy', 'start', 'complete', 'correlate', 'cancel')),
      dedupe_key text not null unique,
      payload jsonb not null,
      created_at timestamptz not null,
      attempts integer not null default 0,
      next_attempt_at timestamptz not null,
      done_at timestamptz,
      last_error text
    );
    comment on table engine_command is 'the outbox to the engine: committed with the act, sent after, harmless when repeated';
    create index engine_command_open on engine_command (next_attempt_at, id) where done_at is null;
    create index engine_command_case on engine_command (case_id, id) where done_at is null;

    create table engine_message (
      case_id bigint not null references case_file (id),
      name text not null,
      occurrence integer not null,
      variables jsonb not null default '{}',
      recorded_at timestamptz not null,
      matched_wait text,
      primary key (case_id, name, occurrence)
    );
    comment on table engine_message is 'what happened for a flow that may not be waiting yet; whichever comes second, message or wait, makes the correlate command';

    create table case_wait (
      activity_instance_id text primary key,
      case_id bigint not null references case_file (id),
      process_instance_id text not null,
      activity_id text not null,
      kind text not null check (kind in ('user', 'topic', 'message', 'timer', 'other')),
      message_name text,
      opened_at timestamptz not null
    );
    create index case_wait_case on case_wait (case_id);

    create table case_position (
      case_id bigint primary key references case_file (id),
      process_instance_id text not null unique,
      definition_id text,
      started_at timestamptz not null,
      ended_at timestamptz,
      end_activity text
    );

    create table inbox_task (
      task_id text primary key,
      case_id bigint not null references case_file (id),
      process_instance_id text not null,
      step text not null,
      act text not null,
      unit_code text not null,
      post_code text not null,
      item_code text not null,
      case_no text not null,
      item_name text not null,
      step_name text not null,
      applicant_masked text not null,
      channel text not null,
      submitted_at timestamptz not null,
      opened_at timestamptz not null,
      promised_on date,
      legal_on date,
      done_at timestamptz,
      search text not null
    ) with (fillfactor = 80);
    create index inbox_open_by_post on inbox_task (unit_code, post_code, promised_on, task_id) where done_at is null;
    create index inbox_open_by_opened on inbox_task (unit_code, post_code, opened_at, task_id) where done_at is null;
    create index inbox_done_by_post on inbox_task (unit_code, post_code, done_at desc, task_id) where done_at is not null;
    create index inbox_case on inbox_task (case_id);
    create extension if not exists pg_trgm;
    create index inbox_search on inbox_task using gin (search gin_trgm_ops);

    create table task_claim (
      task_id text primary key,
      person_id uuid not null references person (id),
      at timestamptz not null
    );
    comment on table task_claim is 'who holds a task; the office decides it, the engine only knows that the task is open';

    create table incident (
      id text primary key,
      case_id bigint references case_file (id),
      process_instance_id text not null,
      activity_id text,
      kind text not null,
      external_task_id text,
      topic text,
      message text,
      opened_at timestamptz not null,
      resolved_at timestamptz,
      resolved_by uuid references person (id),
      resolution text
    );
    create index incident_open on incident (opened_at) where resolved_at is null;

    create table projection_cursor (
      name text primary key,
      xid xid8 not null,
      id bigint not null
    );
    insert into projection_cursor (name, xid, id) values ('engine', '0', 0);

    create table effect (
      id bigint generated always as identity primary key,
      case_id bigint not null references case_file (id),
      kind text not null check (kind in ('ems.create', 'ems.cancel', 'sms.send', 'mail.send')),
      key text not null unique,
      request jsonb not null,
      state text not null default 'intended' check (state in ('intended', 'sending', 'done', 'refused')),
      attempts integer not null default 0,
      lease_until timestamptz,
      leased_by text,
      next_attempt_at timestamptz not null,
      answer jsonb,
      last_error text,
      intended_at timestamptz not null,
      settled_at timestamptz
    );
    comment on table effect is 'the effect ledger: what left the house; intent first, then the attempt, then the partner''s answer';
    create index effect_open on effect (next_attempt_at, id) where settled_at is null;
    create index effect_case on effect (case_id);

    create table parcel (
      waybill_no text primary key,
      case_id bigint not null references case_file (id),
      direction text not null check (direction in ('inbound', 'outbound')),
      effect_id bigint not null unique references effect (id),
      state text not null default 'ordered',
      booked_at timestamptz not null
    );
    create index parcel_case on parcel (case_id);

    create table parcel_trace (
      waybill_no text not null references parcel (waybill_no),
      op_code text not null,
      op_time timestamptz not null,
      trace jsonb not null,
      received_at timestamptz not null,
      primary key (waybill_no, op_code, op_time)
    );

    create table staff_session (
      id_hash text primary key,
      person_id uuid not null references person (id),
      csrf_token text not null,
      id_token text,
      created_at timestamptz not null,
      seen_at timestamptz not null,
      expires_at timestamptz not null
    );

    create table query_failure (
      source text primary key,
      failures integer not null,
      locked_until timestamptz,
      last_at timestamptz not null
    );
    comment on table query_failure is 'five wrong number/code pairs lock the source (hash of case number, or of the address) for 15 minutes';

    create table audit (
      id bigint generated always as identity primary key,
      at timestamptz not null,
      actor jsonb not null,
      act text not null,
      subject text not null,
      detail jsonb not null default '{}'
    );
    create trigger audit_append_only before update or delete on audit
      for each row execute function refuse_change();
  `)
}
