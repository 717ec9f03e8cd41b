import type { Knex } from 'knex'

export const name = '0006-draft-revision'

/** What is filed is what was checked: a draft saved or added to meanwhile has another revision. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table case_draft add column revision bigint not null default 1;
    comment on column case_draft.revision is 'grows with every save and every paper added or removed';
  `)
}
