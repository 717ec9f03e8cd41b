/** 现场核查, Licensing Law art. 34(3): two or more officers look, and say for each rule what they saw. */
import type { ActResult, InspectBody } from '../../contracts/acts.ts'
import { problem, type ProblemField } from '../../contracts/problems.ts'
import { mayAct } from '../identity/rights.ts'
import { listPersonsByStaffNo } from '../identity/staff.ts'
import {
  append,
  finishStep,
  type DecisionDeps,
  takeStep,
  type OpenStep,
  type StepKey,
} from './open-step.ts'

export function createInspect(deps: DecisionDeps) {
  /** @throws INSPECTORS_TWO, INVALID_INPUT and those of takeStep */
  return async function inspect(key: StepKey, body: InspectBody): Promise<ActResult> {
    return takeStep(deps, key, 'inspect', async (step) => {
      const inspectors = await requireInspectors(step, body.inspectors)
      requireSense(step, body)
      const seq = append(step, {
        type: 'site-inspected',
        payload: { inspectors, at: body.at, findings: body.findings },
      })
      return finishStep(step, seq, {})
    })
  }
}

/**
 * Two different persons who hold the post, the one who records among them.
 * @returns their person ids
 */
async function requireInspectors(step: OpenStep, staffNos: readonly string[]): Promise<string[]> {
  const { db, context, unit, day } = step
  const wanted = [...new Set(staffNos)]
  if (wanted.length < 2) throw problem('INSPECTORS_TWO')
  const persons = await listPersonsByStaffNo(db, wanted)
  const fields: ProblemField[] = []
  for (const staffNo of wanted) {
    const person = persons.find((p) => p.staffNo === staffNo)
    const right =
      person &&
      (await mayAct(db, {
        personId: person.id,
        itemCode: context.case.itemCode,
        unitCode: unit,
        step: step.step,
        day,
      }))
    if (right === undefined) fields.push(notAnInspector(staffNos.indexOf(staffNo)))
  }
  if (!persons.some((p) => p.id === step.personId)) {
    fields.push({
      field: '/inspectors',
      code: 'RECORDER_ABSENT',
      zh: '登记人须是核查人员之一',
      en: 'The person who records must be one of the officers',
    })
  }
  if (fields.length > 0) throw problem('INSPECTORS_TWO', { fields })
  return persons.map((p) => p.id)
}

function notAnInspector(index: number): ProblemField {
  return {
    field: `/inspectors/${index}`,
    code: 'NOT_AN_INSPECTOR',
    zh: '没有这个工号，或者不在踏勘岗位',
    en: 'No such staff number, or not a holder of the post',
  }
}

/** @throws INVALID_INPUT */
function requireSense({ at, context }: OpenStep, body: InspectBody): void {
  const fields: ProblemField[] = []
  const received = context.events.find((e) => e.type === 'received')?.at
  const when = new Date(body.at)
  if (when > at || (received !== undefined && when < received)) {
    fields.push({
      field: '/at',
      code: 'IMPOSSIBLE_TIME',
      zh: '核查时间须在收件之后、现在之前',
      en: 'The visit must lie between receipt and now',
    })
  }
  const files = new Set(context.files.filter((f) => f.filed).map((f) => f.id))
  body.findings.forEach((finding, i) => {
    if (!context.version.package.rules.some((r) => r.id === finding.ruleId)) {
      fields.push({
        field: `/findings/${i}/ruleId`,
        code: 'RULE_UNKNOWN',
        zh: '本事项版本没有这条规则',
        en: 'This item version has no such rule',
      })
    }
    if (finding.evidence.some((id) => !files.has(id))) {
      fields.push({
        field: `/findings/${i}/evidence`,
        code: 'EVIDENCE_UNKNOWN',
        zh: '案卷里没有这个文件',
        en: 'No such file in this case',
      })
    }
  })
  if (fields.length > 0) throw problem('INVALID_INPUT', { fields })
}
