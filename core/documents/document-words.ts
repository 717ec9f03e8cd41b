/** Titles, seals and number words of the papers (domain.md §2.1); a service is not called a licence. */
import type { DocumentKind } from './document-facts.ts'

interface Words {
  readonly licence: string
  readonly service: string
  /** word of the 文号 between organ and year; none: numbered by the case or the certificate */
  readonly numberWord?: string
  readonly seal: 'procedure' | 'organ'
}

export const DOCUMENT_WORDS = {
  'submission-receipt': { licence: '收件凭证', service: '收件凭证', seal: 'procedure' },
  'acceptance-notice': {
    licence: '受理通知书',
    service: '受理通知书',
    numberWord: '受字',
    seal: 'procedure',
  },
  'correction-notice': {
    licence: '补正材料一次性告知书',
    service: '补正材料一次性告知书',
    numberWord: '补字',
    seal: 'procedure',
  },
  'tolerance-notice': {
    licence: '容缺受理通知书',
    service: '容缺受理通知书',
    numberWord: '容字',
    seal: 'procedure',
  },
  'non-acceptance-decision': {
    licence: '不予受理决定书',
    service: '不予受理决定书',
    numberWord: '不受字',
    seal: 'procedure',
  },
  'grant-decision': {
    licence: '准予行政许可决定书',
    service: '准予办理决定书',
    numberWord: '准字',
    seal: 'organ',
  },
  'refusal-decision': {
    licence: '不予行政许可决定书',
    service: '不予办理决定书',
    numberWord: '不准字',
    seal: 'organ',
  },
  'termination-notice': {
    licence: '终止办理决定书',
    service: '终止办理决定书',
    numberWord: '终字',
    seal: 'organ',
  },
  licence: { licence: '许可证', service: '证明', seal: 'organ' },
} as const satisfies Record<DocumentKind, Words>

export function documentTitle(kind: DocumentKind, licensing: boolean): string {
  return licensing ? DOCUMENT_WORDS[kind].licence : DOCUMENT_WORDS[kind].service
}

export function sealOf(kind: DocumentKind, licensing: boolean): string {
  if (DOCUMENT_WORDS[kind].seal === 'organ') return '公章'
  return licensing ? '行政许可专用章' : '业务专用章'
}

/** 穗天人社许受字〔2026〕000123号; a service (not 行政许可) counts under 服 instead of 许. */
export function documentNumber(
  of: { prefix: string; kind: DocumentKind; licensing: boolean },
  year: number,
  sequence: number,
): string {
  return `${numberScope(of)}〔${year}〕${String(sequence).padStart(6, '0')}号`
}

/** What one counter counts; undefined for kinds that bear the number of the case or of the certificate. */
export function numberScope(of: {
  prefix: string
  kind: DocumentKind
  licensing: boolean
}): string | undefined {
  const words: Words = DOCUMENT_WORDS[of.kind]
  if (words.numberWord === undefined) return undefined
  return `${of.prefix}${of.licensing ? '许' : '服'}${words.numberWord}`
}
