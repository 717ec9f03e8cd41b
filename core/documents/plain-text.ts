/** What an applicant typed becomes plain, printable text before it stands on a legal paper. */

/** Control characters have no glyph, and bidi overrides can make a name read as another. Line breaks stay. */
const UNPRINTABLE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/g
const LONE_SURROGATE = /\p{Surrogate}/gu

/** Every string of a JSON value, cleaned; not normalised, for that would change rare characters of names. */
export function plainText(value: unknown): unknown {
  return mapStrings(value, (text) =>
    text.replace(/\r\n?/g, '\n').replace(UNPRINTABLE, '').replace(LONE_SURROGATE, '\uFFFD'),
  )
}

/** Latin, CJK punctuation, the unified ideographs of GBK and full-width forms: every font of ours has them. */
export function isCommonCharacter(character: string): boolean {
  const point = character.codePointAt(0) ?? 0
  return (
    (point >= 0x20 && point <= 0x7e) ||
    point === 0x0a ||
    (point >= 0x3000 && point <= 0x303f) ||
    (point >= 0x4e00 && point <= 0x9fa5) ||
    (point >= 0xff01 && point <= 0xff5e)
  )
}

/** @returns the characters of all strings that might have no glyph, each once */
export function uncommonCharacters(value: unknown): string[] {
  const found = new Set<string>()
  mapStrings(value, (text) => {
    for (const character of text) if (!isCommonCharacter(character)) found.add(character)
    return text
  })
  return [...found]
}

/** 〓(U+323AF): the printer's mark for a missing type, and which one it is, so that nothing is lost. */
export function markMissing(value: unknown, missing: ReadonlySet<string>): unknown {
  return mapStrings(value, (text) =>
    [...text]
      .map((character) => (missing.has(character) ? `〓(${codePointName(character)})` : character))
      .join(''),
  )
}

export function codePointName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((entry) => mapStrings(entry, change))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, mapStrings(entry, change)]),
  )
}
