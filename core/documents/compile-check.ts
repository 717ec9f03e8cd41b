/** Is an item's own template fit to print? Asked before the package is published, never when a paper is due. */
import type { ProblemField } from '../../contracts/problems.ts'
import type { DocumentKind } from './document-facts.ts'
import { findFonts } from './fonts.ts'
import { anySampleFacts } from './sample-facts.ts'
import { createTypesetter, TypesetError, type Typesetter } from './typesetter.ts'

/**
 * A body gets `d` (the facts) and `h` (the helpers of frame.typ) and needs nothing else. Refused are the ways to other
 * files, packages (the compiler would fetch them from the net), strings as code, and loops that do not walk the facts.
 */
const FORBIDDEN =
  /\b(import|include|eval|plugin|read|json|csv|toml|yaml|xml|cbor|bibliography|sys|std|dictionary|range|while)\b/

let shared: Typesetter | undefined

/**
 * Compiles the template with made-up facts of its kind. @param path of the file in the package, for the answer
 * @returns what is wrong, empty when the template prints
 */
export function compileCheck(path: string, kind: DocumentKind, source: string): ProblemField[] {
  const say = (code: string, zh: string, en: string) => [{ field: path, code, zh, en }]
  const word = FORBIDDEN.exec(source)?.[1]
  if (word !== undefined)
    return say(
      'TEMPLATE_WORD_REFUSED',
      `模板不得使用 ${word}`,
      `a template must not use "${word}": it gets its facts as d and helpers as h`,
    )
  shared ??= createTypesetter({ fonts: findFonts() })
  try {
    shared.typeset({ kind, createdAt: new Date(0), data: sampleData(kind), ownTemplate: source })
    return []
  } catch (error) {
    if (!(error instanceof TypesetError)) throw error
    const reason = error.diagnostics.join('; ')
    return say(
      'TEMPLATE_BROKEN',
      `模板无法排版：${reason}`,
      `the template does not print: ${reason}`,
    )
  }
}

function sampleData(kind: DocumentKind) {
  const qr = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
  const verify = { code: 'A'.repeat(16), qr }
  return { ...anySampleFacts(kind), queryCode: 'A'.repeat(8), verify }
}
