/** What replaced the lock: a change is written on top of the revision it was thought out for, or not at all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { genesisHash, rowHash } from '../../../core/cases/case-hash.ts'
import { touchCase } from '../../../core/cases/case-events.ts'
import { changeCase } from '../../../core/cases/change-case.ts'
import { beginChange, type CaseChange } from '../../../core/cases/case-change.ts'
import { loadCase } from '../../../core/cases/load-case.ts'
import { stateAfter } from '../../../core/cases/state-after.ts'
import { writeChange } from '../../../core/cases/write-change.ts'
import { takeStep } from '../../../core/decisions/open-step.ts'
import { openOffice, personId, type FiledCase, type Office } from './office.ts'
import { SAMPLE } from './sample-item.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

const withdraw = (change: CaseChange, reason: string) =>
  change.append({
    type: 'withdrawn',
    actor: { kind: 'applicant', id: 'applicant' },
    payload: { reason },
  })

async function rowsOf(table: string, { caseId }: FiledCase): Promise<number> {
  const [row] = await office.db(table).where({ case_id: caseId }).count<{ n: number }[]>({ n: '*' })
  return Number(row?.n)
}

describe('changeCase', () => {
  it('writes the changes of thirty writers one after the other, each chained to the one before', async () => {
    const filed = await office.fileCase()
    const before = (await office.eventsOf(filed)).length
    let thought = 0
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        changeCase(office, filed, (_state, change) => {
          thought += 1
          withdraw(change, `writer ${i}`)
        }),
      ),
    )
    const events = await office.eventsOf(filed)
    expect(events).toHaveLength(before + 30)
    const reasons = events.flatMap((e) => (e.type === 'withdrawn' ? [e.payload.reason] : []))
    expect(new Set(reasons).size).toBe(30)
    // Some lost their race and thought again; whoever lost too often took the lock and went through.
    expect(thought).toBeGreaterThan(30)
    const rows: { seq: number; prev_hash: string; hash: string }[] = await office
      .db('case_event')
      .where({ case_id: filed.caseId })
      .orderBy('seq')
      .select('seq', 'prev_hash', 'hash')
    let previous = genesisHash(filed.caseNo)
    for (const [index, event] of events.entries()) {
      expect(rows[index]).toEqual({
        seq: index + 1,
        prev_hash: previous,
        hash: rowHash(previous, event),
      })
      previous = rows[index]?.hash ?? ''
    }
  })

  it('thinks again when the case has moved on, and writes only what it thought last', async () => {
    const filed = await office.fileCase()
    const seen: string[] = []
    await changeCase(office, filed, async (state, change) => {
      seen.push(state.case.revision)
      withdraw(change, `revision ${state.case.revision}`)
      change.moveClock({ clock: 'handling', kind: 'run', onDay: '2026-03-16', reason: 'test' })
      if (seen.length === 1)
        await office.db.transaction((trx) =>
          touchCase(trx, { id: filed.caseId, caseNo: filed.caseNo }),
        )
    })
    expect(seen).toHaveLength(2)
    const written = (await office.eventsOf(filed)).filter((e) => e.type === 'withdrawn')
    expect(written.map((e) => e.payload.reason)).toEqual([`revision ${seen[1]}`])
    expect(await rowsOf('clock_entry', filed)).toBe(2)
  })

  it('writes nothing of a change of which one part is refused', async () => {
    const filed = await office.fileCase()
    const events = await rowsOf('case_event', filed)
    const refused = changeCase(office, filed, (_state, change) => {
      withdraw(change, 'half')
      change.once(`half:${filed.caseNo}`)
      change.also({ sql: `insert into case_form (case_id) select held.id from held`, values: [] })
    })
    await expect(refused).rejects.toMatchObject({ code: '23502' })
    expect(await rowsOf('case_event', filed)).toBe(events)
    expect(await rowsOf('case_act', filed)).toBe(0)
  })

  it('knows an act that is in the file already', async () => {
    const filed = await office.fileCase()
    const act = `once:${filed.caseNo}`
    const once = () =>
      changeCase(office, { ...filed, act }, ({ acted }, change) => {
        if (!acted) change.once(act)
        return acted
      })
    expect((await once()).result).toBe(false)
    expect((await once()).result).toBe(true)
    expect(await rowsOf('case_act', filed)).toBe(1)
  })
})

describe('stateAfter', () => {
  it('is the case as it is read after the change, and the next change can be written on it', async () => {
    const filed = await office.fileCase()
    const key = { ...filed, act: `after:${filed.caseNo}` }
    const at = new Date('2026-03-16T10:00:00.123+08:00')
    const before = await loadCase(office.db, key)
    const change = beginChange(before, at)
    withdraw(change, 'first')
    change.append({
      type: 'noticed',
      actor: { kind: 'system', id: 'notify' },
      payload: { notice: 'withdrawn', channels: ['sms'] },
    })
    change.moveClock({ clock: 'handling', kind: 'run', onDay: '2026-03-16', reason: 'test' })
    const { snapshot, transport } = before
    change.addSnapshot({ snapshot: snapshot + 1, form: { area: 21 }, transport })
    change.intend({ kind: 'sms.send', key: `after:${filed.caseNo}`, request: {}, at })
    expect(await writeChange(office.db, change)).toBeDefined()

    const known = stateAfter(before, change)
    expect(known).toEqual(await loadCase(office.db, key))

    const next = beginChange(known, at)
    withdraw(next, 'second')
    next.moveClock({ clock: 'handling', kind: 'stop', onDay: '2026-03-17', reason: 'test' })
    expect(await writeChange(office.db, next)).toBeDefined()
    expect(stateAfter(known, next)).toEqual(await loadCase(office.db, key))
    // What somebody else has moved on cannot be written on any more.
    expect(await writeChange(office.db, next)).toBeUndefined()
  })

  it('of a change that adds nothing to the file is the case at its next revision', async () => {
    const filed = await office.fileCase()
    const before = await loadCase(office.db, filed)
    const change = beginChange(before, new Date('2026-03-16T10:00:00+08:00'))
    const key = `nothing:${filed.caseNo}`
    change.intend({ kind: 'sms.send', key, request: {}, at: change.at })
    await writeChange(office.db, change)
    expect(stateAfter(before, change)).toEqual(await loadCase(office.db, filed))
  })
})

describe('takeStep', () => {
  it('does not write an act whose claim was released while it was thought over', async () => {
    const filed = await office.fileCase()
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    const act = takeStep(office, key, 'accept', async ({ change, context }) => {
      withdraw(change, 'too late')
      await office.claims.release({ personId: personId('operator1'), taskId: key.taskId })
      return { caseNo: context.case.caseNo, seq: 0, done: true }
    })
    await expect(act).rejects.toMatchObject({ code: 'TASK_NOT_CLAIMED' })
    expect((await office.eventsOf(filed)).map((e) => e.type)).not.toContain('withdrawn')
  })

  it('does not write an act whose task the engine ended while it was thought over', async () => {
    const filed = await office.fileCase()
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    const act = takeStep(office, key, 'accept', async ({ change, context }) => {
      withdraw(change, 'too late')
      await office.taskEnds(filed, key.taskId, 'Task_Accept')
      return { caseNo: context.case.caseNo, seq: 0, done: true }
    })
    await expect(act).rejects.toMatchObject({ code: 'TASK_DONE' })
    expect((await office.eventsOf(filed)).map((e) => e.type)).not.toContain('withdrawn')
    expect(await office.commandsOf(filed)).toEqual([])
  })

  it('says what is wrong when the claim goes at the very last try', async () => {
    const filed = await office.fileCase()
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    let tries = 0
    const act = takeStep(office, key, 'accept', async ({ change, context }) => {
      tries += 1
      withdraw(change, 'too late')
      // Three races lost to others; then the case is locked, and only the claim can still go.
      if (tries <= 3)
        await office.db.transaction((trx) =>
          touchCase(trx, { id: filed.caseId, caseNo: filed.caseNo }),
        )
      else await office.claims.release({ personId: personId('operator1'), taskId: key.taskId })
      return { caseNo: context.case.caseNo, seq: 0, done: true }
    })
    await expect(act).rejects.toMatchObject({ code: 'TASK_NOT_CLAIMED' })
    expect(tries).toBe(4)
  })

  it('numbers the millionth licence of a year in full', async () => {
    const filed = await office.fileCase()
    const accept = await office.claimed(filed, 'Task_Accept', 'window1')
    await office.decisions.accept(accept, { outcome: 'accept' })
    await office.taskEnds(filed, accept.taskId, 'Task_Accept')
    await office
      .db('document_counter')
      .insert({ scope: `licence:${SAMPLE.code}`, year: 2026, last: 999_999 })
    const decide = await office.claimed(filed, 'Task_Decide', 'chief1')
    await office.decisions.decide(decide, { decision: 'grant', text: '准予' })
    const [licence] = await office
      .db('licence')
      .where({ case_id: filed.caseId })
      .select<{ licence_no: string }[]>('licence_no')
    expect(licence?.licence_no).toMatch(/〔2026〕1000000号$/)
  })
})
