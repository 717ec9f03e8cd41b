import type { Knex } from 'knex'

export const name = '0002-cases'

/** Drafts, cases, form snapshots, files, and the append-only file of each case. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table case_draft (
      id uuid primary key default gen_random_uuid(),
      item_version_id bigint not null references item_version (id),
      channel text not null check (channel in ('online', 'window', 'street', 'bank', 'kiosk')),
      token_hash text not null,
      form jsonb not null default '{}',
      transport jsonb not null default '{}',
      lodged_by uuid references person (id),
      lodged_unit text references unit (code),
      created_at timestamptz not null,
      updated_at timestamptz not null,
      submitted_key text
    );
    comment on column case_draft.transport is 'inbound, delivery and postal addresses (personal data)';

    create table case_file (
      id bigint generated always as identity primary key,
      case_no text not null unique,
      unified_no text not null unique,
      draft_id uuid not null unique references case_draft (id),
      item_version_id bigint not null references item_version (id),
      item_code text not null references item (code),
      deciding_unit text not null references unit (code),
      handling_unit text not null references unit (code),
      channel text not null,
      submitted_at timestamptz not null,
      revision bigint not null default 1
    );
    comment on column case_file.unified_no is '统一受理编码: 31-digit task code + yyyymmdd + sequence of the day';
    comment on column case_file.revision is 'grows with every event and every move of the engine; the ETag of the status';

    create table case_counter (
      scope text not null,
      day date not null,
      last integer not null,
      primary key (scope, day)
    );

    create table case_form (
      case_id bigint not null references case_file (id),
      snapshot integer not null,
      form jsonb not null,
      transport jsonb not null,
      at timestamptz not null,
      primary key (case_id, snapshot)
    );

    create table material_file (
      id uuid primary key default gen_random_uuid(),
      draft_id uuid references case_draft (id),
      case_id bigint references case_file (id),
      material_code text not null,
      file_name text not null,
      media_type text not null,
      size_bytes bigint not null check (size_bytes > 0),
      sha256 text not null,
      storage_key text not null unique,
      uploaded_at timestamptz not null,
      filed boolean not null default false,
      replaced boolean not null default false,
      check (draft_id is not null or case_id is not null)
    );
    comment on column material_file.filed is 'part of the file by an event; until then an upload the applicant may still remove';
    comment on column material_file.replaced is 'superseded by a correction; stays in the file as evidence';
    create index material_file_draft on material_file (draft_id);
    create index material_file_case on material_file (case_id);

    create table case_event (
      case_id bigint not null references case_file (id),
      seq integer not null check (seq > 0),
      type text not null,
      at timestamptz not null,
      actor jsonb not null,
      payload jsonb not null,
      prev_hash text not null,
      hash text not null,
      primary key (case_id, seq)
    );
    comment on column case_event.hash is 'SM3 over prev_hash and the canonical JSON of the row; seq 1 chains from the case number';
    create trigger case_event_append_only before update or delete on case_event
      for each row execute function refuse_change();
    create trigger case_event_no_truncate before truncate on case_event
      for each statement execute function refuse_change();

    create table case_act (
      key text primary key,
      case_id bigint not null references case_file (id),
      at timestamptz not null
    );
    comment on table case_act is 'idempotency: one row per act (external task id + name, engine task id, push id)';

    create table calendar_day (
      day date primary key,
      works boolean not null,
      name text,
      provisional boolean not null default false
    );
    comment on table calendar_day is 'working days with make-up days (调休); a year the State Council has not published is provisional';

    create table clock_entry (
      case_id bigint not null references case_file (id),
      seq integer not null,
      clock text not null check (clock in ('acceptance', 'correction', 'handling', 'delivery')),
      kind text not null check (kind in ('run', 'stop', 'exclude-from', 'exclude-to')),
      on_day date not null,
      reason text not null,
      at timestamptz not null,
      primary key (case_id, seq)
    );
    create trigger clock_entry_append_only before update or delete on clock_entry
      for each row execute function refuse_change();

    create table document (
      id uuid primary key default gen_random_uuid(),
      case_id bigint not null references case_file (id),
      kind text not null,
      order_key text not null unique,
      doc_no text not null unique,
      verify_code text not null unique,
      facts jsonb not null,
      ordered_at timestamptz not null,
      sha256 text,
      size_bytes integer,
      storage_key text,
      rendered_at timestamptz
    );
    comment on column document.order_key is 'case + kind + cause: a repeated order gives the same document';
    create index document_case on document (case_id);

    create table document_counter (
      scope text not null,
      year integer not null,
      last integer not null,
      primary key (scope, year)
    );

    create table licence (
      id bigint generated always as identity primary key,
      case_id bigint not null unique references case_file (id),
      licence_no text not null unique,
      name text not null,
      valid_from date not null,
      valid_until date not null,
      state text not null default 'valid' check (state in ('valid', 'revoked', 'cancelled'))
    );
  `)
}
