import type { Knex } from 'knex'

export const name = '0005-inbox-order'

/** Every order the desk offers is the order of an index, so that page one costs the same at 100 and at 100,000 rows. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create index inbox_open_by_legal on inbox_task (unit_code, post_code, legal_on, task_id) where done_at is null;
    create index inbox_open_by_case on inbox_task (unit_code, post_code, case_no, task_id) where done_at is null;

    alter table task_claim add column done_at timestamptz;
    comment on column task_claim.done_at is 'the claimed task is over; the row stays as "done by me"';
    create index task_claim_open on task_claim (person_id, task_id) where done_at is null;
    create index task_claim_done on task_claim (person_id, done_at, task_id) where done_at is not null;
  `)
}
