/** A paper is composed, printed and filed: its row, its PDF and the event that says so appear together or not at all. */
import type { Knex } from 'knex'
import { changeCase } from '../cases/change-case.ts'
import type { CalendarSource } from '../clock/calendar.ts'
import type { Clock } from '../clock/clock.ts'
import { composePaper, paperPart } from './compose-paper.ts'
import type { DocumentKind } from './document-facts.ts'
import type { Paper, StoredPdf } from './paper.ts'
import type { Renderer } from './render-document.ts'

export interface IssueDeps {
  readonly db: Knex
  readonly clock: Clock
  readonly calendar: CalendarSource
  readonly renderer: Pick<Renderer, 'print' | 'discard'>
}

export interface DocumentOrder {
  readonly caseNo: string
  readonly kind: DocumentKind
  /** the external task's id: the same cause never makes a second paper */
  readonly cause: string
}

/**
 * The PDF lies in the store before the row names it; a crash between leaves a file no row names, never a row without its file.
 * @throws ACT_NOT_ALLOWED when the file gives no cause for such a paper
 */
export async function issueDocument(deps: IssueDeps, order: DocumentOrder): Promise<void> {
  const { db, clock, renderer } = deps
  const { caseNo, kind, cause } = order
  const act = `document-issued:${cause}`
  const calendar = await deps.calendar.get()
  let paper: Paper | undefined
  let stored: StoredPdf | undefined
  await changeCase({ db, clock }, { caseNo, act }, async (context, change, on) => {
    // The case moved on while the paper was printed: what it says is asked anew, under the same number.
    if (stored !== undefined) await renderer.discard(stored)
    stored = undefined
    if (context.acted) return
    paper = await composePaper(on, { kind, context, calendar, at: change.at, earlier: paper })
    stored = await renderer.print(on, paper, context.case)
    change.once(act)
    change.also(paperPart(paper, cause, stored))
    const { documentId, docNo } = paper
    change.append({
      type: 'document-issued',
      actor: { kind: 'system', id: 'render-document' },
      payload: { documentId, kind, docNo, sha256: stored.sha256 },
    })
  })
}
