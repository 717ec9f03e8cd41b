/** The part of a paper that only its kind has. One function a kind; the table makes a missing one a compile error. */
import type { CaseEvent } from '../../contracts/case-events.ts'
import type { TimeLimit } from '../../contracts/item-package.ts'
import type { CaseContext } from '../cases/case-context.ts'
import { dayOf } from '../clock/clock.ts'
import type { DocumentBodies, DocumentKind, Remedies } from './document-facts.ts'
import { citation, conditionBasis, proceduralBasis } from './legal-basis.ts'
import { fieldLabel, listGrounds, listMaterials, materialName } from './list-evidence.ts'
import { nothingToReport, reportedAs, type Lookups } from './reported-event.ts'

type Collect<K extends DocumentKind> = (
  context: CaseContext,
  event: CaseEvent,
  lookups: Lookups,
) => DocumentBodies[K]

const COLLECT: { [K in DocumentKind]: Collect<K> } = {
  'submission-receipt': (context, _event, { due, place }) => {
    const received = context.events.findLast((e) => e.type === 'received')
    const { acceptBy } = due
    return {
      received: received !== undefined,
      receivedAt: minuteOf(received?.at ?? context.case.submittedAt),
      channel: CHANNEL_WORDS[context.case.channel] ?? context.case.channel,
      place,
      materials: listMaterials(context),
      acceptDays: context.version.package.guide.acceptDays,
      ...(acceptBy === undefined ? {} : { acceptBy }),
    }
  },

  'acceptance-notice': (context, event, { due }) => {
    const accepted = reportedAs('acceptance-notice', event, 'accepted')
    const { package: item } = context.version
    const { legalOn, promisedOn } = due
    return {
      submittedOn: receivedOn(context),
      acceptedOn: due.acceptedOn ?? dayOf(accepted.at),
      basis: proceduralBasis(item, 'accept', dayOf(accepted.at)),
      statutory: limitWords(item.guide.statutory),
      ...(legalOn === undefined ? {} : { legalOn }),
      ...(promisedOn === undefined ? {} : { promisedOn }),
      materials: listMaterials(context),
      tolerated: accepted.payload.tolerated.map((code) => materialName(item, code)),
      free: !item.guide.isFee,
    }
  },

  'correction-notice': (context, event) => {
    const { payload, at } = reportedAs('correction-notice', event, 'correction-requested')
    const { package: item } = context.version
    return {
      submittedOn: receivedOn(context),
      basis: proceduralBasis(item, 'correct', dayOf(at)),
      defects: payload.defects.map((defect) => ({
        subject:
          defect.kind === 'material'
            ? `《${materialName(item, defect.subject)}》`
            : `《申请表》“${fieldLabel(context.version.form, defect.subject)}”`,
        problem: defect.problem,
        ruleId: defect.ruleId,
        standard: item.rules.find((rule) => rule.id === defect.ruleId)?.text.zh ?? '',
        fix: defect.fix,
      })),
      deadline: payload.deadline,
    }
  },

  'tolerance-notice': (context, event, { due }) => {
    const { payload, at } = reportedAs('tolerance-notice', event, 'accepted')
    if (payload.toleranceDeadline === undefined) throw nothingToReport('tolerance-notice')
    const manner = { upload: '网上上传', ems: '邮寄', window: '窗口提交' } as const
    return {
      submittedOn: receivedOn(context),
      acceptedOn: due.acceptedOn ?? dayOf(at),
      materials: payload.tolerated.map((code) => materialName(context.version.package, code)),
      deadline: payload.toleranceDeadline,
      manner: manner[context.transport.inbound],
    }
  },

  'non-acceptance-decision': (context, event, lookups) => {
    const { payload, at } = reportedAs('non-acceptance-decision', event, 'acceptance-refused')
    const { competentOrgan, limb } = payload
    return {
      submittedOn: receivedOn(context),
      limb,
      basis: proceduralBasis(context.version.package, limb, dayOf(at)),
      ...(competentOrgan === undefined ? {} : { competentOrgan }),
      grounds: listGrounds(context, payload.grounds),
      remedies: remediesOf(context, lookups),
    }
  },

  'grant-decision': (context, event, { due, licence }) => {
    const { payload, at } = reportedAs('grant-decision', event, 'decided')
    if (payload.decision !== 'grant') throw nothingToReport('grant-decision')
    const { package: item } = context.version
    const { licenceName, renewalDaysBefore, grantContent } = item.documents
    return {
      acceptedOn: due.acceptedOn ?? dayOf(at),
      conditions: conditionBasis(item, dayOf(at)),
      basis: proceduralBasis(item, 'grant', dayOf(at)),
      ...grantWords(grantContent),
      ...(licence === undefined
        ? {}
        : { licence: { name: licenceName ?? item.guide.taskName.zh, ...licence } }),
      ...(renewalDaysBefore === undefined ? {} : { renewalDaysBefore }),
    }
  },

  'refusal-decision': (context, event, lookups) => {
    const { payload, at } = reportedAs('refusal-decision', event, 'decided')
    if (payload.decision !== 'refuse' || payload.grounds === undefined)
      throw nothingToReport('refusal-decision')
    return {
      acceptedOn: lookups.due.acceptedOn ?? dayOf(at),
      basis: proceduralBasis(context.version.package, 'refuse', dayOf(at)),
      grounds: listGrounds(context, payload.grounds),
      remedies: remediesOf(context, lookups),
    }
  },

  'termination-notice': (context, event, lookups) => ({
    submittedOn: receivedOn(context),
    ...terminationOf(context, event),
    remedies: remediesOf(context, lookups),
  }),

  licence: (context, event, { licence }) => {
    const { payload } = reportedAs('licence', event, 'decided')
    const { documents, guide } = context.version.package
    if (payload.decision !== 'grant' || licence === undefined) throw nothingToReport('licence')
    return {
      name: documents.licenceName ?? guide.taskName.zh,
      ...grantWords(documents.grantContent),
      ...licence,
    }
  },
}

export function collectBody<K extends DocumentKind>(
  kind: K,
  context: CaseContext,
  event: CaseEvent,
  lookups: Lookups,
): DocumentBodies[K] {
  return COLLECT[kind](context, event, lookups)
}

const CHANNEL_WORDS: Readonly<Record<string, string>> = {
  online: '网上申报',
  window: '窗口办理',
  street: '街道窗口办理',
  bank: '银行网点代办',
  kiosk: '自助终端办理',
}

function terminationOf(context: CaseContext, event: CaseEvent) {
  const { package: item } = context.version
  if (event.type === 'correction-expired') {
    const { deadline } = event.payload
    return { cause: 'correction-expired', deadline, reason: '逾期未补正' } as const
  }
  const { payload } = reportedAs('termination-notice', event, 'terminated')
  const law = item.laws.find((l) => l.id === payload.lawId)
  const basis = law === undefined ? {} : { basis: citation(law) }
  const expired = context.events.findLast((e) => e.type === 'tolerance-expired')
  return expired === undefined
    ? ({ cause: 'other', reason: payload.reason, ...basis } as const)
    : ({
        cause: 'tolerance-expired',
        deadline: expired.payload.deadline,
        reason: payload.reason,
        ...basis,
      } as const)
}

/** 收件日: when the hall held the papers; a filing whose parcel is under way counts from its filing. */
function receivedOn(context: CaseContext): string {
  const received = context.events.find((e) => e.type === 'received')
  return dayOf(received?.at ?? context.case.submittedAt)
}

/** An adverse paper without its remedies is void in practice: better no paper and an incident. */
function remediesOf(context: CaseContext, lookups: Lookups): Remedies {
  if (lookups.remedies === undefined)
    throw new Error(`unit ${context.case.decidingUnit} has no remedy row in force`)
  return lookups.remedies
}

/**
 * The item's text of the grant in two: what is permitted (it follows 决定准予), and the conditions that go with it.
 * "准予从事劳务派遣业务。应当…" -> "从事劳务派遣业务" and "应当…"
 */
function grantWords(text: string): { content: string; scope?: string } {
  const [first = '', ...rest] = text.trim().split('。')
  const scope = rest.join('。').trim()
  return { content: first.replace(/^准予/, ''), ...(scope === '' ? {} : { scope }) }
}

function limitWords(limit: TimeLimit): string {
  if (limit.days === 0) return '当场'
  const unit = { 'working-day': '个工作日', 'natural-day': '日', month: '个月' } as const
  return `${limit.days}${unit[limit.unit]}`
}

const MINUTE = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'short',
})

/** @returns `2026-11-23 09:05` in Asia/Shanghai */
function minuteOf(at: Date): string {
  return MINUTE.format(at)
}
