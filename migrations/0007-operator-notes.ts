import type { Knex } from 'knex'

export const name = '0007-operator-notes'

/** What operators did about trouble that is not an incident of the engine, and the job behind one that is. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table incident add column job_id text;
    comment on column incident.job_id is 'of a failed job (a timer, an asynchronous step): what an operator lets the engine try again';

    create table operator_note (
      id bigint generated always as identity primary key,
      subject text not null,
      act text not null check (act in ('retry', 'seen')),
      note text not null,
      person_id uuid not null references person (id),
      at timestamptz not null
    );
    comment on table operator_note is 'subject: command:<engine_command.id> or effect:<effect.id>; the last note of a subject counts';
    create index operator_note_subject on operator_note (subject, id desc);
    grant select, insert on operator_note to yichuang_app;

    create index effect_refused on effect (intended_at) where state = 'refused';
    create index engine_command_failing on engine_command (created_at) where done_at is null and last_error is not null;
  `)
}
