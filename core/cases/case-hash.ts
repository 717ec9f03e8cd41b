import { createHash } from 'node:crypto'

/** JSON with sorted keys, so that the same fact always gives the same digest. Dates become ISO strings. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (value instanceof Date) return JSON.stringify(value.toISOString())
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`)
  return `{${entries.join(',')}}`
}

/** SM3 (GB/T 32905) in hex. */
export function sm3(text: string): string {
  return createHash('sm3').update(text, 'utf8').digest('hex')
}

export interface HashedRow {
  readonly seq: number
  readonly type: string
  readonly at: Date
  readonly actor: unknown
  readonly payload: unknown
}

/** Seq 1 chains from the case number, so a row cannot be moved to another case. */
export function genesisHash(caseNo: string): string {
  return sm3(`yichuang:${caseNo}`)
}

export function rowHash(prevHash: string, row: HashedRow): string {
  const { seq, type, at, actor, payload } = row
  return sm3(`${prevHash}\n${canonicalJson({ seq, type, at, actor, payload })}`)
}
