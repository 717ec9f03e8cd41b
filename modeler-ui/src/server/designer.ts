import { openPackage, type OpenPackage } from '../package/item-package.ts'
import { answerOf, type Answer } from './answer.ts'
import { api } from './api.ts'

export interface ItemRow {
  readonly code: string
  readonly name: { readonly zh: string; readonly en: string }
  readonly state: 'active' | 'suspended'
  readonly versions: readonly VersionRow[]
}

export interface VersionRow {
  readonly version: number
  readonly state: 'deploying' | 'published' | 'refused'
  readonly refusal?: string | undefined
  readonly createdAt: string
}

export interface Vocabulary {
  readonly topics: readonly {
    readonly topic: string
    readonly properties: readonly { readonly name: string; readonly values: readonly string[] }[]
  }[]
  readonly messages: readonly string[]
  readonly deadlines: readonly string[]
  readonly variables: readonly string[]
  readonly acts: readonly string[]
  readonly units: readonly string[]
  readonly posts: readonly {
    readonly code: string
    readonly name: string
    readonly nameEn: string
  }[]
}

/** Everything the editor needs of one version. */
export interface VersionToEdit {
  readonly opened: OpenPackage
  readonly vocabulary: Vocabulary
  readonly versions: readonly VersionRow[]
}

export async function listItems(signal: AbortSignal): Promise<Answer<readonly ItemRow[]>> {
  const items = await answerOf(api.GET('/api/designer/items', { signal }))
  if (items.kind !== 'ok') return items
  const rows: ItemRow[] = []
  for (const { code, name, state } of items.data.items) {
    const versions = await listVersions(code, signal)
    if (versions.kind !== 'ok') return versions
    rows.push({ code, name, state, versions: versions.data })
  }
  return { ...items, data: rows }
}

async function listVersions(
  code: string,
  signal: AbortSignal,
): Promise<Answer<readonly VersionRow[]>> {
  const answer = await answerOf(
    api.GET('/api/designer/items/{code}/versions', { params: { path: { code } }, signal }),
  )
  return answer.kind === 'ok' ? { ...answer, data: answer.data.versions } : answer
}

export async function openVersion(
  code: string,
  version: number,
  signal: AbortSignal,
): Promise<Answer<VersionToEdit>> {
  const [zip, vocabulary, versions] = await Promise.all([
    answerOf<ArrayBuffer>(
      api.GET('/api/designer/items/{code}/versions/{version}/package', {
        params: { path: { code, version } },
        parseAs: 'arrayBuffer',
        signal,
      }) as never,
    ),
    answerOf(api.GET('/api/designer/vocabulary', { signal })),
    listVersions(code, signal),
  ])
  if (zip.kind !== 'ok') return zip
  if (vocabulary.kind !== 'ok') return vocabulary
  if (versions.kind !== 'ok') return versions
  const opened = openPackage(zip.data)
  return { ...zip, data: { opened, vocabulary: vocabulary.data, versions: versions.data } }
}

export function packageUrl(code: string, version: number): string {
  return `/api/designer/items/${code}/versions/${version}/package`
}

export interface Published {
  readonly version: number
  readonly state: VersionRow['state']
}

export function checkPackage(zip: Blob): Promise<Answer<unknown>> {
  return answerOf(api.POST('/api/designer/packages/check', upload(zip)))
}

export function publishPackage(zip: Blob): Promise<Answer<Published>> {
  return answerOf(api.POST('/api/designer/packages', upload(zip)))
}

/** One file as multipart/form-data; the browser writes the boundary. */
function upload(zip: Blob) {
  const form = new FormData()
  form.append('file', zip, 'package.zip')
  return { body: form as never, bodySerializer: (body: unknown) => body as FormData }
}
