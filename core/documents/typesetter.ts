/** The typst compiler behind one function: data in, PDF/A-2b out, the same bytes for the same data. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type * as Typst from '@myriaddreamin/typst-ts-node-compiler-linux-x64-gnu'
import type { DocumentKind } from './document-facts.ts'
import type { Fonts } from './fonts.ts'
import { codePointName, markMissing, plainText, uncommonCharacters } from './plain-text.ts'

// A page is too little to share: the compiler's own threads would only wait for each other (measured: a tenth of its CPU).
// eslint-disable-next-line no-restricted-properties -- the native code has no other door for it
process.env['RAYON_NUM_THREADS'] ??= '1'

// A bare .node file: import() cannot load it.
const { NodeCompiler } = createRequire(import.meta.url)(
  '@myriaddreamin/typst-ts-node-compiler-linux-x64-gnu',
) as typeof Typst

/** PDF/A-2b: for keeping, all fonts inside. Tagged by default, so screen readers find headings and lists. */
const STANDARD = 'a-2b'
/** Layouts of earlier papers share titles and footers; 10 compilations back is enough (measured: 5 ms either way). */
const CACHE_AGE = 10

export interface Typeset {
  readonly pdf: Buffer
  readonly pages: number
  /** code points no installed font has, printed as 〓(U+XXXX) */
  readonly missing: readonly string[]
}

export interface TypesetJob {
  readonly kind: DocumentKind
  /** what the template sees as `d`; strings are text and never become markup */
  readonly data: unknown
  readonly createdAt: Date
  /** source of the item version's own body instead of the house's */
  readonly ownTemplate?: string
}

/** What is wrong with a template, in the compiler's words. */
export class TypesetError extends Error {
  readonly diagnostics: readonly string[]
  constructor(diagnostics: readonly string[], options?: ErrorOptions) {
    super(`typst: ${diagnostics.join('; ')}`, options)
    this.name = 'TypesetError'
    this.diagnostics = diagnostics
  }
}

export interface Typesetter {
  /** About 5-15 ms once warm, on the calling thread (docs/decisions). @throws TypesetError */
  typeset(job: TypesetJob): Typeset
  /** @returns those of `characters` that no installed font can show */
  uncovered(characters: readonly string[]): string[]
  /** Is a font family of this name installed? */
  hasFamily(family: string): boolean
}

/** One instance a process: it holds the fonts. Only files below the templates' folder can be read by a template. */
export function createTypesetter(options: {
  readonly fonts: Fonts
  readonly templatesFolder?: string
}): Typesetter {
  const workspace = options.templatesFolder ?? join(import.meta.dirname, 'templates')
  const compiler = NodeCompiler.create({
    workspace,
    fontArgs: [{ fontPaths: options.fonts.folders }],
  })
  const known = new Map<string, boolean>()

  function typeset(job: TypesetJob): Typeset {
    const data = plainText(job.data)
    try {
      return { ...print(job, data), missing: [] }
    } catch (error) {
      const missing = uncovered(uncommonCharacters(data))
      if (missing.length === 0) throw error
      // A gap in the font must not keep an applicant from the paper: 〓 is the printer's mark for it.
      return {
        ...print(job, markMissing(data, new Set(missing))),
        missing: missing.map(codePointName),
      }
    }
  }

  function print(job: TypesetJob, data: unknown): { pdf: Buffer; pages: number } {
    const own = job.ownTemplate === undefined ? undefined : join(workspace, 'own.typ')
    if (own !== undefined) compiler.addSource(own, job.ownTemplate ?? '')
    try {
      const document = compile(mainOf(own === undefined ? job.kind : 'own'), {
        data: JSON.stringify(data),
      })
      return {
        pdf: toPdf(document, Math.floor(job.createdAt.getTime() / 1000)),
        pages: document.numOfPages,
      }
    } finally {
      if (own !== undefined) compiler.unmapShadow(own)
      compiler.evictCache(CACHE_AGE)
    }
  }

  function compile(main: string, inputs: Record<string, string>): Typst.NodeTypstDocument {
    const answer = compiler.compile({ mainFileContent: main, inputs })
    const { result } = answer
    if (result !== null && !answer.hasError()) return result
    throw new TypesetError(diagnose(compiler, answer.takeError()))
  }

  function toPdf(document: Typst.NodeTypstDocument, creationTimestamp: number): Buffer {
    try {
      return compiler.pdf(document, { pdfStandard: STANDARD, creationTimestamp })
    } catch (cause) {
      // The native message quotes the paper's text: it must not reach a log.
      throw new TypesetError([`the document cannot be exported as PDF/${STANDARD}`], {
        cause: (cause as { constructor: { name: string } }).constructor.name,
      })
    }
  }

  function uncovered(characters: readonly string[]): string[] {
    return characters.filter((character) => !isCovered(character))
  }

  function isCovered(character: string): boolean {
    let covered = known.get(character)
    if (covered === undefined) {
      const probe = compile('#sys.inputs.text', { text: character })
      try {
        toPdf(probe, 0)
        covered = true
      } catch {
        covered = false
      }
      known.set(character, covered)
    }
    return covered
  }

  function hasFamily(family: string): boolean {
    const answer = compiler.compile({
      mainFileContent: '#text(font: sys.inputs.family)[x]',
      inputs: { family },
    })
    const warnings = answer.takeWarnings()
    if (warnings === null) return true
    return !compiler.fetchDiagnostics(warnings).some((d) => d.message.startsWith('unknown font'))
  }

  return { typeset, uncovered, hasFamily }
}

/** The frame is the house's even when the body is the item's. */
function mainOf(body: string): string {
  return [
    '#import "/frame.typ": paper, helpers',
    `#import "/${body}.typ": body`,
    '#let d = json(bytes(sys.inputs.data))',
    '#show: paper.with(d)',
    '#body(d, helpers)',
  ].join('\n')
}

function diagnose(compiler: Typst.NodeCompiler, error: Typst.NodeError | null): string[] {
  if (error === null) return ['the compiler gave no document and no reason']
  return compiler
    .fetchDiagnostics(error)
    .filter((d) => d.severity === 1)
    .map((d) => d.message)
}
