/** A notice from its task to the file: few statements, and not one message or event too many, whoever comes between. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pino } from 'pino'
import { listCaseEvents, lockCase, touchCase } from '../../../core/cases/case-events.ts'
import { genesisHash, rowHash } from '../../../core/cases/case-hash.ts'
import { createCalendarSource } from '../../../core/clock/calendar.ts'
import { getEffect, leaseDueEffects, settleEffect } from '../../../core/effects/effects.ts'
import { settleNotice } from '../../../core/notices/settle-notice.ts'
import type { SmsMessage } from '../../../contracts/messaging.ts'
import type { SendMailResult } from '../../../partners/mail/port.ts'
import { PartnerFault } from '../../../partners/partner-fault.ts'
import type { SendSmsResult } from '../../../partners/sms/port.ts'
import type { Partners } from '../../../workers/effects/call-partner.ts'
import { createEffectPerformer } from '../../../workers/effects/perform-effect.ts'
import { notify } from '../../../workers/topics/notify.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { countStatements } from './count-statements.ts'
import { givenCase, givenOffice } from './given-case.ts'

let database: TestDatabase
let at: Date
const clock = { now: () => at }
const log = pino({ level: 'silent' })
const pass = (ms: number) => (at = new Date(at.getTime() + ms))

beforeAll(async () => {
  database = await createTestDatabase()
  await givenOffice(database)
  // Only what is published is kept in memory, and only then the statements can be counted.
  const published = { state: 'published', engine_definition_id: 'test', published_at: new Date() }
  await database.ownerDb('item_version').update(published)
})
beforeEach(() => {
  at = new Date('2026-03-02T10:00:00+08:00')
})
afterAll(() => database.close())

const sent: SendSmsResult = { kind: 'sent', bizId: 'biz-1' }
const accepted: SendMailResult = { kind: 'accepted', messageId: '<1@house>' }

/** One worker with partners that answer as the test says; `asked` holds the keys of what left the house. */
function worker(answers: {
  sms?: (message: SmsMessage, firstTriedAt?: Date) => Promise<SendSmsResult>
  mail?: () => Promise<SendMailResult>
}) {
  const { sms = async () => sent, mail = async () => accepted } = answers
  const asked: string[] = []
  const unused = () => Promise.reject(new Error('not asked for here'))
  const partners: Partners = {
    // No parcel goes with a notice.
    courier: {} as Partners['courier'],
    sms: {
      send: unused,
      find: unused,
      close: unused,
      sendOnce: (message, firstTriedAt) => {
        asked.push(message.outId)
        return sms(message, firstTriedAt)
      },
    },
    mail: {
      close: unused,
      send: ({ messageKey }) => {
        asked.push(messageKey)
        return mail()
      },
    },
    smsSignName: '天河政务',
    publicUrl: 'https://house.test',
  }
  const { db } = database
  const performer = createEffectPerformer({ db, clock, partners, log, by: 'w' })
  const calendar = createCalendarSource(db)
  const topic = notify({ db, clock, calendar, performer, by: 'w' })
  return {
    asked,
    performer,
    tell: (caseNo: string, taskKey: string) =>
      topic.run({
        caseNo,
        taskKey,
        properties: { notice: 'withdrawn' },
        log,
        holdLock: async () => {},
      }),
  }
}

const task = (caseNo: string) => `task-${caseNo}`
const smsOf = (caseNo: string) => getEffect(database.db, `${task(caseNo)}:sms`)
const mailOf = (caseNo: string) => getEffect(database.db, `${task(caseNo)}:mail`)
const answer = { state: 'done', answer: { id: 'other' } } as const

const answersOf = (caseId: string): Promise<unknown[]> =>
  database.db('effect').where({ case_id: caseId }).orderBy('id').pluck('answer')

async function toldBy(caseId: string): Promise<unknown[]> {
  const events = await listCaseEvents(database.db, caseId)
  return events.flatMap((e) => (e.type === 'noticed' ? [e.payload.channels] : []))
}

async function expectChain(caseId: string, caseNo: string): Promise<void> {
  const rows: unknown[] = await database
    .db('case_event')
    .where({ case_id: caseId })
    .orderBy('seq')
    .select('seq', 'prev_hash', 'hash')
  const events = await listCaseEvents(database.db, caseId)
  let prev = genesisHash(caseNo)
  for (const [i, event] of events.entries()) {
    const hash = rowHash(prev, event)
    expect(rows[i]).toEqual({ seq: i + 1, prev_hash: prev, hash })
    prev = hash
  }
}

async function interfere(caseId: string): Promise<void> {
  await database.db.transaction(async (trx) => touchCase(trx, await lockCase(trx, { caseId })))
}

describe('a notice', () => {
  it('with two messages is three statements: read, intended, settled with its event', async () => {
    const { caseId, caseNo } = await givenCase(database)
    const { tell, asked } = worker({})
    await tell((await givenCase(database)).caseNo, 'warm-up')
    asked.length = 0
    const statements = await countStatements(database.db, () => tell(caseNo, task(caseNo)))
    expect(statements).toHaveLength(3)
    expect(asked).toEqual([`${task(caseNo)}:sms`, `${task(caseNo)}:mail`])
    expect(await toldBy(caseId)).toEqual([['sms', 'mail']])
    expect([await smsOf(caseNo), await mailOf(caseNo)].map((e) => e.state)).toEqual([
      'done',
      'done',
    ])
    expect(await answersOf(caseId)).toEqual([{ id: 'biz-1' }, { id: '<1@house>' }])
    await expectChain(caseId, caseNo)
  })

  it('told once is not told again by a repeat of its task', async () => {
    const { caseId, caseNo } = await givenCase(database)
    const { tell, asked } = worker({})
    await tell(caseNo, task(caseNo))
    await tell(caseNo, task(caseNo))
    expect(asked).toHaveLength(2)
    expect(await toldBy(caseId)).toEqual([['sms', 'mail']])
    await expectChain(caseId, caseNo)
  })

  it('of which one message is refused is told by the other; refused by both, it leaves no event', async () => {
    const refused = async () => ({ kind: 'refused', code: 'no', message: '' }) as const
    const half = await givenCase(database)
    await worker({ mail: refused }).tell(half.caseNo, task(half.caseNo))
    expect(await toldBy(half.caseId)).toEqual([['sms']])
    expect((await mailOf(half.caseNo)).state).toBe('refused')

    const none = await givenCase(database)
    const sms = async () => ({ ...(await refused()), later: false })
    await worker({ sms, mail: refused }).tell(none.caseNo, task(none.caseNo))
    expect(await toldBy(none.caseId)).toEqual([])
    expect((await smsOf(none.caseNo)).state).toBe('refused')
  })

  it('is settled although the case moves on while the partners are asked', async () => {
    const { caseId, caseNo } = await givenCase(database)
    const sms = async () => {
      await interfere(caseId)
      return sent
    }
    await worker({ sms }).tell(caseNo, task(caseNo))
    expect(await toldBy(caseId)).toEqual([['sms', 'mail']])
    await expectChain(caseId, caseNo)
  })

  it.each([
    ['the first message', ['sms']],
    ['both messages', ['sms', 'mail']],
  ])('is told once when another attempt has settled %s meanwhile', async (_what, channels) => {
    const { caseId, caseNo } = await givenCase(database)
    const mail = async () => {
      const effects = { sms: await smsOf(caseNo), mail: await mailOf(caseNo) }
      for (const channel of channels)
        await settleNotice({ db: database.db, clock }, effects[channel as 'sms' | 'mail'], answer)
      return accepted
    }
    await worker({ mail }).tell(caseNo, task(caseNo))
    expect(await toldBy(caseId)).toEqual([['sms', 'mail']])
    const [kept] = await answersOf(caseId)
    expect(kept).toEqual({ id: 'other' })
    await expectChain(caseId, caseNo)
  })

  it('leaves alone a message that was settled without the case being touched', async () => {
    const { caseId, caseNo } = await givenCase(database)
    const mail = async () => {
      const { id } = await smsOf(caseNo)
      const refused = { state: 'refused', answer: { code: 'X' }, at } as const
      await database.db.transaction((trx) => settleEffect(trx, id, refused))
      return accepted
    }
    await worker({ mail }).tell(caseNo, task(caseNo))
    expect((await smsOf(caseNo)).state).toBe('refused')
    expect(await answersOf(caseId)).toEqual([{ code: 'X' }, { id: '<1@house>' }])
    expect(await toldBy(caseId)).toEqual([['mail']])
  })

  it.each([
    [
      'no answer',
      async (): Promise<SendSmsResult> => {
        throw new PartnerFault('sms', 'no answer', { maybeDone: true })
      },
      'sms no answer',
      6_000,
    ],
    [
      'a limit',
      async (): Promise<SendSmsResult> => ({
        kind: 'refused',
        code: 'LIMIT',
        message: '',
        later: true,
      }),
      'sms LIMIT',
      1_000,
    ],
  ])(
    'with %s to one message keeps the other, and is told once the next try gets through',
    async (...given) => {
      const [, sms, error, wait] = given
      const { caseId, caseNo } = await givenCase(database)
      const first = worker({ sms })
      await expect(first.tell(caseNo, task(caseNo))).rejects.toBeInstanceOf(PartnerFault)
      expect((await mailOf(caseNo)).state).toBe('done')
      expect(await smsOf(caseNo)).toMatchObject({
        state: 'intended',
        attempts: 1,
        nextAttemptAt: new Date(at.getTime() + wait),
      })
      expect(
        await database
          .db('effect')
          .where({ key: `${task(caseNo)}:sms` })
          .pluck('last_error'),
      ).toEqual([error])
      expect(await toldBy(caseId)).toEqual([])

      pass(wait)
      const second = worker({})
      await second.tell(caseNo, task(caseNo))
      expect(second.asked).toEqual([`${task(caseNo)}:sms`])
      expect(await toldBy(caseId)).toEqual([['sms', 'mail']])
      await expectChain(caseId, caseNo)
    },
  )

  it('is taken over when its worker stops after a call, and told once even if that worker comes back', async () => {
    const { caseId, caseNo } = await givenCase(database)
    let wakeUp: () => void = () => undefined
    const frozen = new Promise<void>((resolve) => (wakeUp = resolve))
    let reached: () => void = () => undefined
    const stopped = new Promise<void>((resolve) => (reached = resolve))
    const sleeper = worker({
      mail: async () => {
        reached()
        await frozen
        return accepted
      },
    })
    const asleep = sleeper.tell(caseNo, task(caseNo))
    await stopped
    expect([await smsOf(caseNo), await mailOf(caseNo)].map((e) => e.state)).toEqual([
      'sending',
      'sending',
    ])

    pass(60_000)
    const lookedUp: unknown[] = []
    const sweeper = worker({
      sms: async (_message, firstTriedAt) => {
        lookedUp.push(firstTriedAt)
        return { kind: 'sent' }
      },
    })
    const lease = { by: 'sweeper', at, ms: 60_000 }
    const taken = (await leaseDueEffects(database.db, 100, lease)).filter(
      (e) => e.caseId === caseId,
    )
    await Promise.all(taken.map((effect) => sweeper.performer.performLeased(effect, at)))
    expect(lookedUp).toEqual([new Date('2026-03-02T10:00:00+08:00')])
    expect(await toldBy(caseId)).toEqual([['sms', 'mail']])

    wakeUp()
    await asleep
    expect(await toldBy(caseId)).toEqual([['sms', 'mail']])
    await expectChain(caseId, caseNo)
  })

  it('of twenty attempts at the same time is told once', async () => {
    const { caseId, caseNo } = await givenCase(database)
    const workers = Array.from({ length: 20 }, () => worker({}))
    // The late ones find it held by the first and are told to come again.
    await Promise.allSettled(workers.map(({ tell }) => tell(caseNo, task(caseNo))))
    expect(workers.flatMap(({ asked }) => asked).toSorted()).toEqual([
      `${task(caseNo)}:mail`,
      `${task(caseNo)}:sms`,
    ])
    expect(await toldBy(caseId)).toEqual([['sms', 'mail']])
    await expectChain(caseId, caseNo)
  })
})
