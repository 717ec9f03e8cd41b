import { createHash } from 'node:crypto'

import QRCode from 'qrcode'
import { describe, expect, it } from 'vitest'

import type { DocumentFacts, DocumentKind } from '../../../core/documents/document-facts.ts'
import { describeFonts } from '../../../core/documents/describe-fonts.ts'
import { DOCUMENT_WORDS } from '../../../core/documents/document-words.ts'
import { findFonts } from '../../../core/documents/fonts.ts'
import { anySampleFacts, sampleFacts } from '../../../core/documents/sample-facts.ts'
import { createTypesetter } from '../../../core/documents/typesetter.ts'
import { pdfFonts, pdfInfo, pdfPixels, pdfText, pdfWords } from '../../support/pdf-text.ts'

const KINDS = Object.keys(DOCUMENT_WORDS) as DocumentKind[]
const MM = 72 / 25.4
/** A closing mark ends a line with the empty half of its square outside the block. */
const HALF_WIDTH = 8.5
const VERIFY_URL = 'https://hall.example.cn/verify/ABCDEFGHJKMNPQRS'
const typesetter = createTypesetter({ fonts: findFonts() })

const at = new Date('2026-11-24T01:02:03Z')

async function print(facts: DocumentFacts, createdAt = at, by = typesetter) {
  const qr = await QRCode.toString(VERIFY_URL, {
    type: 'svg',
    margin: 0,
    errorCorrectionLevel: 'M',
  })
  const data = { ...facts, queryCode: '7K2M9QXA', verify: { code: 'ABCDEFGHJKMNPQRS', qr } }
  return by.typeset({ kind: facts.kind, createdAt, data })
}

const named = (name: string): DocumentFacts => {
  const facts = sampleFacts('grant-decision')
  return { ...facts, applicant: { ...facts.applicant, name } }
}

describe.each(KINDS)('the page of a %s', (kind) => {
  it('is A4 PDF/A with every font embedded', async () => {
    const { pdf, pages } = await print(anySampleFacts(kind))
    expect(pdfInfo(pdf)['Page size']).toContain('(A4)')
    expect(pdfInfo(pdf)['Pages']).toBe(String(pages))
    expect(pdf.toString('latin1')).toMatch(/pdfaid:part>2<[\s\S]*pdfaid:conformance>B</)
    const fonts = pdfFonts(pdf)
    expect(fonts.length).toBeGreaterThan(0)
    expect(fonts.filter((font) => !font.embedded)).toEqual([])
  })

  it('keeps to the text block of GB/T 9704: 37 mm above, 28 mm at the binding edge, 156 mm wide', async () => {
    const { pdf } = await print(anySampleFacts(kind))
    for (const words of pdfWords(pdf)) {
      expect(Math.min(...words.map((w) => w.xMin))).toBeGreaterThanOrEqual(28 * MM - 0.5)
      expect(Math.max(...words.map((w) => w.xMax))).toBeLessThanOrEqual(
        (28 + 156) * MM + HALF_WIDTH,
      )
      // A glyph's box is higher than its em: a third of the largest line (26 pt).
      expect(Math.min(...words.map((w) => w.yMin))).toBeGreaterThanOrEqual(37 * MM - 9)
    }
  })

  it('bears case number, page x of y and the verification code on every page', async () => {
    const { pdf, pages } = await print(anySampleFacts(kind))
    pdfWords(pdf).forEach((words, index) => {
      const foot = words.filter((w) => w.yMin > (297 - 35) * MM)
      const text = foot.map((w) => w.text).join('')
      expect(text).toContain('办件编号：TH261123-0001')
      expect(text).toContain(`第${index + 1}页共${pages}页`)
      expect(text).toContain('核验码：ABCDEFGHJKMNPQRS')
    })
  })

  it('gives the same bytes for the same facts', async () => {
    const digest = async () =>
      createHash('sha256')
        .update((await print(anySampleFacts(kind))).pdf)
        .digest('hex')
    const first = await digest()
    await print(named('另一个人'))
    expect(await digest()).toBe(first)
  })
})

it('gives the same bytes from another compiler, as in another process', async () => {
  const facts = anySampleFacts('grant-decision')
  const other = createTypesetter({ fonts: findFonts() })
  expect((await print(facts, at, other)).pdf.equals((await print(facts)).pdf)).toBe(true)
})

describe('the QR code', () => {
  it('is 20 mm wide and leads to the verification page, module by module', async () => {
    const dots = 20
    const { pdf } = await print(anySampleFacts('acceptance-notice'))
    const page = pdfPixels(pdf, dots)
    const modules = QRCode.create(VERIFY_URL, { errorCorrectionLevel: 'M' }).modules
    const corner = topLeftDark(page, { x: 162 * dots, y: 262 * dots })
    const pitch = (20 * dots) / modules.size
    const wrong = []
    for (let row = 0; row < modules.size; row += 1)
      for (let column = 0; column < modules.size; column += 1) {
        const dark = page.darkAt(corner.x + (column + 0.5) * pitch, corner.y + (row + 0.5) * pitch)
        if (dark !== Boolean(modules.get(row, column))) wrong.push([row, column])
      }
    expect(wrong).toEqual([])
  })
})

function topLeftDark(
  page: ReturnType<typeof pdfPixels>,
  from: { x: number; y: number },
): { x: number; y: number } {
  let top = page.height
  let left = page.width
  for (let y = from.y; y < page.height; y += 1)
    for (let x = from.x; x < page.width; x += 1)
      if (page.darkAt(x, y)) {
        top = Math.min(top, y)
        left = Math.min(left, x)
      }
  return { x: left, y: top }
}

describe('text of an applicant', () => {
  it.each([
    '#read("/etc/passwd")',
    '$x$ *b* _i_ `raw` @ref <label>',
    '#import "@preview/x:0.1.0"',
    '\\u{41} // comment /* c */ [c] ] #{',
  ])('stays text: %s', async (name) => {
    const { pdf } = await print(named(name))
    expect(pdfText(pdf)).toContain(name.replace(/\s+/g, ''))
  })

  it('loses control characters and bidi overrides, which have no glyph or mislead', async () => {
    const { pdf } = await print(named('张\u0000\u202e三\u0007四'))
    expect(pdfText(pdf)).toContain('张三四(')
  })

  it('prints rare characters, or marks the missing type with its code point', async () => {
    const { missing } = describeFonts()
    const { pdf, missing: marked } = await print(named('𠮷㛃䶮𬭚'))
    const expected = ['𠮷', '㛃', '䶮', '𬭚']
      .map((c) =>
        missing.includes(c) ? `〓(U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()})` : c,
      )
      .join('')
    expect(pdfText(pdf)).toContain(expected)
    expect(marked).toHaveLength(missing.length)
  })

  it('marks a character that no font has and says which, instead of failing for ever', async () => {
    // U+323AF, CJK extension H: in no Noto CJK
    const { pdf, missing } = await print(named('王\u{323AF}明'))
    expect(missing).toEqual(['U+323AF'])
    expect(pdfText(pdf)).toContain('王〓(U+323AF)明')
  })
})

describe('a long paper', () => {
  it('flows over pages and never leaves the signature alone on the last one', async () => {
    const facts = sampleFacts('correction-notice')
    for (const count of [3, 4, 5, 6, 7, 8, 9, 16]) {
      const defects = Array.from({ length: count }, () => facts.body.defects[0] ?? never())
      const { pdf } = await print({ ...facts, body: { ...facts.body, defects } })
      const pages = pdfWords(pdf)
      const lastPage = (pages.at(-1) ?? []).map((w) => w.text).join('')
      expect(lastPage).toContain('除上述内容外')
      expect(lastPage).toContain('签收：')
      expect(lastPage).toContain('经办人：')
    }
  })
})

function never(): never {
  throw new Error('the sample lists no defect')
}
