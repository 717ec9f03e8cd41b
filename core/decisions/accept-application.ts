/** 受理 and 容缺受理: every acceptance rule holds, or only tolerable papers are missing (domain.md §2, F15). */
import type { ActResult } from '../../contracts/acts.ts'
import type { Material } from '../../contracts/item-package.ts'
import { problem, type ProblemField } from '../../contracts/problems.ts'
import type { EngineVariables } from '../../contracts/variables.ts'
import { evaluateFacts } from '../catalogue/evaluate-facts.ts'
import { neededMaterials } from '../catalogue/run-rules.ts'
import { afterDeadline } from '../clock/clock.ts'
import { limitEnds } from '../clock/due-dates.ts'
import type { AcceptanceStep } from './acceptance-step.ts'
import { filedByMaterial } from './current-checks.ts'
import { failingRules } from './failing-rules.ts'
import { append, finishStep, moveClock } from './open-step.ts'
import { ruleField } from './rule-field.ts'
import { subjectsOf } from './tellable-rules.ts'

export async function acceptApplication(
  step: AcceptanceStep,
  tolerated: readonly string[],
): Promise<ActResult> {
  const { context, deemed, receivedOn, day } = step
  const papers = tolerated.map((code) => tolerableMaterial(step, code))
  // What the law has accepted already the clerk cannot hold up any more (art. 32(1)(4)).
  if (!deemed) await requireComplete(step, tolerated)
  // A deemed acceptance is back-dated to the day the papers were received.
  const acceptedOn = deemed ? receivedOn : day
  const toleranceDeadline = deadlineOf(step, papers, acceptedOn)
  const seq = append(step, {
    type: 'accepted',
    payload: {
      mode: deemed ? 'deemed' : papers.length > 0 ? 'tolerance' : 'ordinary',
      tolerated: [...tolerated],
      ...(toleranceDeadline === undefined ? {} : { toleranceDeadline }),
    },
  })
  const reason = deemed ? '行政许可法第三十二条：逾期视为受理' : '受理'
  moveClock(step, { clock: 'acceptance', kind: 'stop', reason })
  moveClock(step, { clock: 'handling', kind: 'run', onDay: acceptedOn, reason })
  const variables: EngineVariables = {
    acceptanceOutcome: 'accept',
    toleranceOpen: papers.length > 0,
    ...(toleranceDeadline === undefined
      ? {}
      : { toleranceDeadline: afterDeadline(toleranceDeadline) }),
    // A correction may have changed what the gateways and decision tables read.
    ...evaluateFacts(context.version.package, context.form),
  }
  return finishStep(step, seq, variables)
}

/** @throws TOLERANCE_NOT_OFFERED */
function tolerableMaterial({ context }: AcceptanceStep, code: string): Material {
  const material = context.version.package.materials.find((m) => m.code === code)
  const missing = (filedByMaterial(context)[code]?.length ?? 0) === 0
  if (material?.need === 'tolerable' && missing) return material
  throw problem('TOLERANCE_NOT_OFFERED', {
    fields: [
      {
        field: code,
        code: material?.need === 'tolerable' ? 'NOT_MISSING' : 'NOT_TOLERABLE',
        zh: missing ? '这份材料不属于容缺后补' : '这份材料没有缺',
        en: missing ? 'This material is not tolerable' : 'This material is not missing',
      },
    ],
  })
}

/** @throws ACT_NOT_ALLOWED naming every rule and paper in the way */
async function requireComplete(step: AcceptanceStep, tolerated: readonly string[]): Promise<void> {
  const { inTheWay } = await failingRules(step)
  const fields = [
    ...inTheWay
      .filter((rule) => !subjectsOf(rule).some((subject) => tolerated.includes(subject)))
      .map(ruleField),
    ...missingTolerable(step, tolerated),
  ]
  if (fields.length === 0) return
  throw problem('ACT_NOT_ALLOWED', {
    fields,
    allowed: ['request-correction', 'correct-on-the-spot', 'not-required', 'not-competent'],
    detail: 'acceptance rules are not met',
  })
}

/** A tolerable paper that is missing is tolerated by name, never in silence: the applicant signs for each (F15). */
function missingTolerable(
  { context }: AcceptanceStep,
  tolerated: readonly string[],
): ProblemField[] {
  // Papers that come by courier or over the counter are judged by the clerk, not by counting uploads.
  if (context.transport.inbound !== 'upload') return []
  const filed = filedByMaterial(context)
  return neededMaterials(context.version.package, context.form)
    .filter((m) => m.need === 'tolerable' && !tolerated.includes(m.code))
    .filter((m) => (filed[m.code]?.length ?? 0) === 0)
    .map((m) => ({
      field: m.code,
      code: 'TOLERATE_OR_CORRECT',
      zh: `《${m.name.zh}》未交：列入容缺，或要求补正`,
      en: `"${m.name.en}" is missing: tolerate it by name or request a correction`,
    }))
}

/** The shortest supplement term of the papers, never later than the promised date (F15). */
function deadlineOf(
  { calendar, context }: AcceptanceStep,
  papers: readonly Material[],
  acceptedOn: string,
): string | undefined {
  if (papers.length === 0) return undefined
  const terms = papers.map((m) => m.tolerance?.supplementDays ?? 1)
  const supplement = calendar.addWorkingDays(acceptedOn, Math.min(...terms))
  const promised = limitEnds(acceptedOn, context.version.package.guide.promise, [], calendar)
  return promised !== undefined && promised < supplement ? promised : supplement
}
