/** 补正一次性告知书, art. 32(1)(4): every defect, once, with rule, remedy and deadline. */
import type { ActResult } from '../../contracts/acts.ts'
import type { Defect } from '../../contracts/case-events.ts'
import { problem, type ProblemField } from '../../contracts/problems.ts'
import { afterDeadline } from '../clock/clock.ts'
import type { AcceptanceStep } from './acceptance-step.ts'
import { failingRules } from './failing-rules.ts'
import { append, finishStep, moveClock } from './open-step.ts'
import { ruleField } from './rule-field.ts'
import { mayTell } from './tellable-rules.ts'

export async function requestCorrection(
  step: AcceptanceStep,
  defects: readonly Defect[],
): Promise<ActResult> {
  const { calendar, context, day } = step
  requireKnown(step, defects)
  const { toTell, tellable } = await failingRules(step)
  const late = defects.flatMap((d, i) => (mayTell(tellable, d.subject) ? [] : [toldOnce(d, i)]))
  if (late.length > 0) throw problem('CORRECTION_ONLY_ONCE', { fields: late })
  // The notice promises "除上述内容外，本次申请无其他需补正事项": it must be true of what the machine can see.
  const untold = toTell.filter((rule) => !defects.some((d) => d.ruleId === rule.id))
  if (untold.length > 0) throw problem('CORRECTION_INCOMPLETE', { fields: untold.map(ruleField) })
  const deadline = calendar.addWorkingDays(day, context.version.package.guide.correctionDays)
  const seq = append(step, {
    type: 'correction-requested',
    payload: { defects: [...defects], deadline, manner: 'desk' },
  })
  const reason = '行政许可法第三十二条第一款第（四）项'
  moveClock(step, { clock: 'acceptance', kind: 'stop', reason })
  moveClock(step, { clock: 'correction', kind: 'run', reason })
  return finishStep(step, seq, {
    acceptanceOutcome: 'request-correction',
    correctionDeadline: afterDeadline(deadline),
  })
}

/** @throws INVALID_INPUT: a defect cites a rule or a subject this version does not have ("no added conditions") */
function requireKnown({ context }: AcceptanceStep, defects: readonly Defect[]): void {
  const { materials, rules } = context.version.package
  const keys = formKeys(context.version.formSchema)
  const fields = defects.flatMap((d, i): ProblemField[] => [
    ...(rules.some((r) => r.id === d.ruleId && r.stage === 'acceptance')
      ? []
      : [
          {
            field: `/defects/${i}/ruleId`,
            code: 'RULE_UNKNOWN',
            zh: '本事项版本没有这条受理条件',
            en: 'This item version has no such acceptance rule',
          },
        ]),
    ...((d.kind === 'material' ? materials.some((m) => m.code === d.subject) : keys.has(d.subject))
      ? []
      : [
          {
            field: `/defects/${i}/subject`,
            code: 'SUBJECT_UNKNOWN',
            zh: '本事项没有这份材料或这个填写项',
            en: 'The item has no such material or form field',
          },
        ]),
  ])
  if (fields.length > 0) throw problem('INVALID_INPUT', { fields })
}

function formKeys(schema: unknown): Set<string> {
  const properties =
    typeof schema === 'object' && schema !== null && 'properties' in schema
      ? schema.properties
      : undefined
  return new Set(
    typeof properties === 'object' && properties !== null ? Object.keys(properties) : [],
  )
}

function toldOnce(defect: Defect, index: number): ProblemField {
  return {
    field: `/defects/${index}/subject`,
    code: 'NOT_NEWLY_SUPPLIED',
    zh: `“${defect.subject}”不在这次新交的材料里`,
    en: `"${defect.subject}" is not among what was newly supplied`,
  }
}
