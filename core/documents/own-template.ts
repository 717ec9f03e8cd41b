/** The item version's own body of a paper, kept with the version for life (item.json: documents.templates). */
import type { Knex } from 'knex'
import { getItemVersion, listVersionFiles } from '../catalogue/item-versions.ts'
import type { DocumentKind } from './document-facts.ts'

/** @returns undefined when the version prints the house's body */
export async function ownTemplateOf(
  db: Knex,
  itemVersionId: string,
  kind: DocumentKind,
): Promise<string | undefined> {
  const { package: item } = await getItemVersion(db, itemVersionId)
  const path = item.documents.templates?.[kind]
  if (path === undefined) return undefined
  return (await listVersionFiles(db, itemVersionId)).get(path)?.toString('utf8')
}
