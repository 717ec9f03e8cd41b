/**
 * Whether the font (TrueType, OpenType or a collection: its first face) has a glyph for the
 * character. Reads the `cmap` table, formats 4 and 12 (OpenType specification 1.9, "cmap").
 */
export function fontCovers(font: Buffer, character: string): boolean {
  const codePoint = character.codePointAt(0) ?? 0
  const face = font.toString('latin1', 0, 4) === 'ttcf' ? font.readUInt32BE(12) : 0
  const cmap = tableOffset(font, face, 'cmap')
  if (cmap === undefined) return false
  const subtables = font.readUInt16BE(cmap + 2)
  for (let index = 0; index < subtables; index += 1) {
    const at = cmap + font.readUInt32BE(cmap + 4 + index * 8 + 4)
    const format = font.readUInt16BE(at)
    if (format === 12 && coversFormat12(font, at, codePoint)) return true
    if (format === 4 && codePoint <= 0xffff && coversFormat4(font, at, codePoint)) return true
  }
  return false
}

function tableOffset(font: Buffer, face: number, tag: string): number | undefined {
  const tables = font.readUInt16BE(face + 4)
  for (let index = 0; index < tables; index += 1) {
    const record = face + 12 + index * 16
    if (font.toString('latin1', record, record + 4) === tag) return font.readUInt32BE(record + 8)
  }
  return undefined
}

function coversFormat12(font: Buffer, at: number, codePoint: number): boolean {
  const groups = font.readUInt32BE(at + 12)
  for (let index = 0; index < groups; index += 1) {
    const group = at + 16 + index * 12
    if (codePoint < font.readUInt32BE(group)) return false
    if (codePoint <= font.readUInt32BE(group + 4)) return true
  }
  return false
}

function coversFormat4(font: Buffer, at: number, codePoint: number): boolean {
  const doubled = font.readUInt16BE(at + 6)
  const ends = at + 14
  const starts = ends + doubled + 2
  for (let offset = 0; offset < doubled; offset += 2) {
    if (codePoint > font.readUInt16BE(ends + offset)) continue
    const start = font.readUInt16BE(starts + offset)
    if (codePoint < start) return false
    const delta = font.readUInt16BE(starts + doubled + offset)
    const rangeAt = starts + 2 * doubled + offset
    const range = font.readUInt16BE(rangeAt)
    if (range === 0) return ((codePoint + delta) & 0xffff) !== 0
    return font.readUInt16BE(rangeAt + range + 2 * (codePoint - start)) !== 0
  }
  return false
}
