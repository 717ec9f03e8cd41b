/** The item version's own body of a paper, kept with the version for life (item.json: documents.templates). */
import type { Knex } from 'knex'
import type { DocumentKind } from './document-facts.ts'

export async function ownTemplateOf(
  db: Knex,
  caseId: string,
  kind: DocumentKind,
): Promise<string | undefined> {
  const row = (await db('case_file as f')
    .join('item_version as v', 'v.id', 'f.item_version_id')
    .join('item_version_file as t', (join) => {
      join
        .on('t.item_version_id', 'v.id')
        .andOn('t.path', db.raw("v.package #>> array['documents', 'templates', ?::text]", [kind]))
    })
    .select('t.content')
    .where('f.id', caseId)
    .first()) as { content: Buffer } | undefined
  return row?.content.toString('utf8')
}
