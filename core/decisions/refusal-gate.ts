/**
 * 举证责任倒置 (domain.md §2.2): the office proves its refusal, or grants. Seven parts, each with its letter; a refusal
 * that lacks one cannot be written. Pure: everything it judges is passed in.
 */
import type {
  CaseEvent,
  Evidence,
  RefusalGrounds,
  RuleOutcome,
} from '../../contracts/case-events.ts'
import type { FormData } from '../../contracts/filing.ts'
import type { ItemPackage, Law, Rule } from '../../contracts/item-package.ts'
import type { ProblemField } from '../../contracts/problems.ts'

/** Where the refusal stands. An opinion or a proposal awaits the second person; the other two are that person. */
export type RefusalStage = 'acceptance-proposal' | 'acceptance' | 'review' | 'decision'

export interface RefusalCase {
  readonly stage: RefusalStage
  readonly grounds: RefusalGrounds
  /** of the version the case was filed under, no other (part c) */
  readonly item: Pick<ItemPackage, 'laws' | 'rules'>
  readonly events: readonly CaseEvent[]
  /** ids of the papers in the file, replaced ones included */
  readonly fileIds: ReadonlySet<string>
  readonly snapshots: ReadonlyMap<number, FormData>
  /** what the automatic rules say now; without it the last check on file counts */
  readonly checks?: readonly RuleOutcome[]
  /** yyyy-mm-dd in Asia/Shanghai */
  readonly decisionDay: string
  /** a row of the remedy table for the deciding unit is in force on that day */
  readonly remedyInForce: boolean
  /** person id of the one who acts now */
  readonly actor: string
  /** person id of the one who examined or proposed */
  readonly reviewer?: string | undefined
}

/** What a refusal without any grounds looks like to the gate. */
export const NO_GROUNDS: RefusalGrounds = {
  lawIds: [],
  facts: [],
  ruleIds: [],
  reasoning: '',
  remediesConfirmed: false,
}

/** A clerk's "不符合条件。" is no reasoning. */
const SHORTEST_REASONING = 20

/** Events that record what somebody saw, heard or measured; that something was filed, an opinion or a notice proves nothing. */
const PROVING = new Set<CaseEvent['type']>([
  'materials-checked',
  'site-inspected',
  'statement-invited',
])

type Fault = Omit<ProblemField, 'field'> | undefined

const PARTS: Readonly<Record<'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g', (r: RefusalCase) => Fault>> =
  {
    a: lawInForce,
    b: factsProven,
    c: rulesBreached,
    d: reasoned,
    e: remediesNamed,
    f: secondPerson,
    g: heard,
  }

/** @returns one entry for each missing part, `field` = its letter; empty when the refusal may be written */
export function checkRefusalGate(refusal: RefusalCase): ProblemField[] {
  return Object.entries(PARTS).flatMap(([field, check]) => {
    const fault = check(refusal)
    return fault === undefined ? [] : [{ field, ...fault }]
  })
}

/** (a) every cited law is a law of the version and in force on the decision day, and there is one at least */
function lawInForce({ grounds, item, decisionDay }: RefusalCase): Fault {
  const wrong = grounds.lawIds.filter((id) => !isInForce(findLaw(item, id), decisionDay))
  if (grounds.lawIds.length > 0 && wrong.length === 0) return undefined
  return fault(
    'LAW_NOT_IN_FORCE',
    wrong.length === 0 ? '没有引用法律依据' : `不是本事项决定日有效的依据：${wrong.join('、')}`,
    wrong.length === 0
      ? 'No legal basis is cited'
      : `Not a basis of this item in force on the decision day: ${wrong.join(', ')}`,
  )
}

/** (b) at least one fact, and each bound to something that lies in this file: free text alone proves nothing */
function factsProven(refusal: RefusalCase): Fault {
  const { facts } = refusal.grounds
  const unproven = facts.flatMap((fact, i) =>
    fact.evidence.length > 0 && fact.evidence.every((e) => isOnFile(e, refusal)) ? [] : [i + 1],
  )
  if (facts.length > 0 && unproven.length === 0) return undefined
  return fault(
    'FACT_NOT_PROVEN',
    facts.length === 0 ? '没有查明的事实' : `事实第${unproven.join('、')}项没有绑定本案卷中的证据`,
    facts.length === 0
      ? 'No fact is stated'
      : `Not bound to evidence in this file: fact ${unproven.join(', ')}`,
  )
}

function isOnFile(evidence: Evidence, { events, fileIds, snapshots }: RefusalCase): boolean {
  switch (evidence.kind) {
    case 'material':
      return fileIds.has(evidence.fileId)
    case 'event':
      return events.some((e) => e.seq === evidence.seq && PROVING.has(e.type))
    case 'form':
      return Object.hasOwn(snapshots.get(evidence.snapshot) ?? {}, evidence.field)
  }
}

/** (c) every cited rule belongs to this version, to this stage, and is breached by the file */
function rulesBreached(refusal: RefusalCase): Fault {
  const { ruleIds } = refusal.grounds
  const wrong = ruleIds.filter((id) => {
    const rule = refusal.item.rules.find((r) => r.id === id)
    return rule === undefined || !fitsStage(rule, refusal) || !isBreached(rule, refusal)
  })
  if (ruleIds.length > 0 && wrong.length === 0) return undefined
  return fault(
    'RULE_NOT_BREACHED',
    ruleIds.length === 0
      ? '没有引用违反的受理条件或审查标准'
      : `不是本事项版本本阶段被违反的规则：${wrong.join('、')}`,
    ruleIds.length === 0
      ? 'No breached rule is cited'
      : `Not a rule of this version and stage that the file breaches: ${wrong.join(', ')}`,
  )
}

function fitsStage(rule: Rule, { stage, events }: RefusalCase): boolean {
  if (stage === 'acceptance' || stage === 'acceptance-proposal') return rule.stage === 'acceptance'
  if (rule.stage === 'review') return true
  // Accepted by the clerk's silence (art. 32): what acceptance would have found may still be found.
  return events.some((e) => e.type === 'accepted' && e.payload.mode === 'deemed')
}

/**
 * An automatic rule is breached when the check says so, a person's rule when nothing on file says the contrary. An
 * officer's finding on the spot counts for both.
 */
function isBreached(rule: Rule, { events, checks }: RefusalCase): boolean {
  const found = lastFinding(events, rule.id)
  if (found !== undefined) return found === 'fail'
  const checked = checks?.find((c) => c.ruleId === rule.id)?.outcome ?? lastCheck(events, rule.id)
  return (
    checked === 'fail' ||
    (checked !== 'pass' && rule.test.type === 'manual') ||
    checked === 'manual'
  )
}

function lastFinding(events: readonly CaseEvent[], ruleId: string): 'pass' | 'fail' | undefined {
  return events
    .flatMap((e) => (e.type === 'site-inspected' ? e.payload.findings : []))
    .findLast((f) => f.ruleId === ruleId)?.outcome
}

function lastCheck(
  events: readonly CaseEvent[],
  ruleId: string,
): RuleOutcome['outcome'] | undefined {
  const last = events.findLast((e) => e.type === 'materials-checked')
  return last?.payload.results.find((r) => r.ruleId === ruleId)?.outcome
}

/**
 * (d) facts -> rules -> law. A machine cannot judge an argument, but it can see that there is one: the text names every
 * cited rule, and every cited rule rests on a cited law.
 */
function reasoned({ grounds, item }: RefusalCase): Fault {
  const text = grounds.reasoning.replace(/\s+/gu, '')
  const unnamed = grounds.ruleIds.filter((id) => !text.includes(id))
  const isCited = (law: string) => grounds.lawIds.includes(law)
  const baseless = grounds.ruleIds.filter((id) => {
    const rule = item.rules.find((r) => r.id === id)
    // Without any law part (a) is missing, and says so.
    return grounds.lawIds.length > 0 && !(rule?.basis ?? grounds.lawIds).some(isCited)
  })
  if ([...text].length >= SHORTEST_REASONING && unnamed.length === 0 && baseless.length === 0)
    return undefined
  const zh = [
    ...([...text].length < SHORTEST_REASONING ? [`说理不足${SHORTEST_REASONING}字`] : []),
    ...(unnamed.length > 0 ? [`说理没有提到规则${unnamed.join('、')}`] : []),
    ...(baseless.length > 0 ? [`没有引用规则${baseless.join('、')}的依据`] : []),
  ]
  const en = [
    ...([...text].length < SHORTEST_REASONING
      ? [`the reasoning has fewer than ${SHORTEST_REASONING} characters`]
      : []),
    ...(unnamed.length > 0 ? [`it does not name rule ${unnamed.join(', ')}`] : []),
    ...(baseless.length > 0 ? [`no basis is cited for rule ${baseless.join(', ')}`] : []),
  ]
  return fault('REASONING_INCOMPLETE', zh.join('；'), en.join('; '))
}

/** (e) the clerk confirmed the paragraph, and there is one for this organ on this day */
function remediesNamed({ grounds, remedyInForce }: RefusalCase): Fault {
  if (grounds.remediesConfirmed && remedyInForce) return undefined
  return remedyInForce
    ? fault('REMEDIES_NOT_CONFIRMED', '没有确认救济途径', 'The remedies are not confirmed')
    : fault(
        'REMEDIES_UNKNOWN',
        '救济途径表中没有本机关决定日有效的一行，请管理员补充',
        'The remedy table has no row for this organ in force on that day; ask the administrator',
      )
}

/** (f) two persons, not two posts: the same person under another post is the same person */
function secondPerson({ stage, actor, reviewer }: RefusalCase): Fault {
  if (stage === 'review' || stage === 'acceptance-proposal') return undefined
  if (reviewer !== undefined && reviewer !== actor) return undefined
  return fault(
    'SECOND_PERSON',
    '须由承办人以外的第二人审核决定',
    'A second person other than the one who examined must decide',
  )
}

/**
 * (g) the applicant could correct what is now held against them, or state; or a law this refusal cites says that none is
 * due before it
 */
function heard(refusal: RefusalCase): Fault {
  const { opportunity } = refusal.grounds
  if (opportunity?.kind === 'event' && wasHeard(refusal, opportunity.seq)) return undefined
  if (opportunity?.kind === 'not-due' && needsNoHearing(refusal, opportunity.lawId))
    return undefined
  return fault(
    'NOT_HEARD',
    '没有指明申请人补正（须针对所引规则）或陈述申辩的机会（本案的补正通知或听取陈述），或者本决定引用的、规定此时不需要的依据',
    'Name the statement of this case, its correction notice about every cited rule, or a cited law by which none is due',
  )
}

function wasHeard({ events, grounds }: RefusalCase, seq: number): boolean {
  const event = events.find((e) => e.seq === seq)
  if (event?.type === 'statement-invited') return true
  if (event?.type !== 'correction-requested') return false
  const told = new Set(event.payload.defects.map((defect) => defect.ruleId))
  return grounds.ruleIds.every((id) => told.has(id))
}

function needsNoHearing({ stage, grounds, item, decisionDay }: RefusalCase, id: string): boolean {
  const law = findLaw(item, id)
  const of = stage === 'acceptance' || stage === 'acceptance-proposal' ? 'acceptance' : 'decision'
  return (
    grounds.lawIds.includes(id) &&
    isInForce(law, decisionDay) &&
    law?.hearingNotDue?.includes(of) === true
  )
}

function findLaw(item: Pick<ItemPackage, 'laws'>, id: string): Law | undefined {
  return item.laws.find((law) => law.id === id)
}

/** Half-open: a law does not count on the day it is replaced. */
function isInForce(law: Law | undefined, day: string): boolean {
  return (
    law !== undefined &&
    law.effectiveFrom <= day &&
    (law.effectiveTo === undefined || day < law.effectiveTo)
  )
}

function fault(code: string, zh: string, en: string): Fault {
  return { code, zh, en }
}
