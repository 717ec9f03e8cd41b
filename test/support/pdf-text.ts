import { execFileSync } from 'node:child_process'

/** poppler-utils: what a reader sees, not what we meant to write. `-` on both sides keeps papers off the disk. */
function poppler(tool: string, args: readonly string[], pdf: Buffer): Buffer {
  return execFileSync(tool, [...args], {
    input: pdf,
    stdio: ['pipe', 'pipe', 'ignore'],
    maxBuffer: 64_000_000,
  })
}

/** All text without the blanks and line ends of the layout: sentences can be found in it. */
export function pdfText(pdf: Buffer): string {
  return poppler('pdftotext', ['-raw', '-', '-'], pdf).toString('utf8').replace(/\s+/g, '')
}

export interface Word {
  readonly text: string
  readonly xMin: number
  readonly yMin: number
  readonly xMax: number
  readonly yMax: number
}

/** Words with their boxes in points from the top left corner, page by page. */
export function pdfWords(pdf: Buffer): Word[][] {
  const html = poppler('pdftotext', ['-bbox', '-', '-'], pdf).toString('utf8')
  return html
    .split('<page ')
    .slice(1)
    .map((page) =>
      [
        ...page.matchAll(
          /<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)<\/word>/g,
        ),
      ].map(([, xMin, yMin, xMax, yMax, text]) => ({
        text: text ?? '',
        xMin: Number(xMin),
        yMin: Number(yMin),
        xMax: Number(xMax),
        yMax: Number(yMax),
      })),
    )
}

export function pdfFonts(pdf: Buffer): { name: string; embedded: boolean }[] {
  const lines = poppler('pdffonts', ['-'], pdf).toString('utf8').split('\n').slice(2)
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const columns = line.trim().split(/\s+/)
      return { name: columns[0] ?? '', embedded: columns.at(-5) === 'yes' }
    })
}

export function pdfInfo(pdf: Buffer): Record<string, string> {
  const lines = poppler('pdfinfo', ['-'], pdf).toString('utf8').split('\n')
  return Object.fromEntries(
    lines.map((line) => [line.split(':')[0] ?? '', line.slice(line.indexOf(':') + 1).trim()]),
  )
}

/** Page 1 in grey at `dotsPerMm`, as rows of bytes (0 black). */
export function pdfPixels(pdf: Buffer, dotsPerMm: number) {
  const args = ['-gray', '-r', String(dotsPerMm * 25.4), '-f', '1', '-l', '1', '-singlefile', '-']
  const pgm = poppler('pdftoppm', args, pdf)
  const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(pgm.subarray(0, 40).toString('latin1'))
  if (header === null) throw new Error('pdftoppm gave no grey map')
  const width = Number(header[1])
  const data = pgm.subarray(header[0].length)
  return {
    width,
    height: Number(header[2]),
    darkAt: (x: number, y: number) => (data[Math.round(y) * width + Math.round(x)] ?? 255) < 128,
  }
}
