import type { Knex } from 'knex'

export const name = '0004-rights-of-the-application'

/** The application may add to the file but never change it: update and delete are not granted (style.md rule 13). */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    grant usage on schema public to yichuang_app;
    grant select, insert on
      item_version_file, case_file, case_form, case_event, case_act, clock_entry, licence, audit, parcel_trace
      to yichuang_app;
    grant update (revision) on case_file to yichuang_app;
    grant update (state) on licence to yichuang_app;
    grant select, insert, update on
      unit, post, person, item, item_version, case_draft, case_counter, document_counter, document, calendar_day,
      engine_command, engine_message, inbox_task, case_position, incident, projection_cursor, effect, parcel,
      staff_session, query_failure, remedy
      to yichuang_app;
    grant select, insert, update, delete on
      person_post, step_right, designer_right, material_file, case_wait, task_claim
      to yichuang_app;
    grant delete on inbox_task, case_position, incident, staff_session, query_failure to yichuang_app;
    grant usage on all sequences in schema public to yichuang_app;
  `)
}
