/** 当场更正, art. 32(1)(3): the applicant stands at the counter and puts the form right; the clerk then goes on. */
import type { ActResult, CorrectOnTheSpot } from '../../contracts/acts.ts'
import type { Static } from 'typebox'
import type { FormData } from '../../contracts/filing.ts'
import { problem } from '../../contracts/problems.ts'
import { checkForm } from '../catalogue/check-form.ts'
import { rulesPassed } from '../cases/check-case.ts'
import type { AcceptanceStep } from './acceptance-step.ts'
import { acceptanceChecks } from './current-checks.ts'
import { append, keepOpen } from './open-step.ts'

export function correctOnTheSpot(
  step: AcceptanceStep,
  fields: Static<typeof CorrectOnTheSpot>['fields'],
): ActResult {
  const { change, day, context } = step
  const form = patched(context.form, fields)
  const faults = checkForm(context.version, form)
  if (faults.length > 0) throw problem('INVALID_INPUT', { fields: faults })
  const snapshot = context.snapshot + 1
  change.addSnapshot({ snapshot, form, transport: context.transport })
  append(step, {
    type: 'corrected-on-the-spot',
    payload: { snapshot, fields: [...new Set(fields.map((f) => f.key))] },
  })
  // The rules answer for the new form at once, so that the clerk and a later refusal see the same result.
  const results = acceptanceChecks(context, day, form)
  const seq = append(step, {
    type: 'materials-checked',
    actor: { kind: 'system', id: 'material-check' },
    payload: { passed: rulesPassed(results), results },
  })
  return keepOpen(step, seq)
}

function patched(form: FormData, fields: Static<typeof CorrectOnTheSpot>['fields']): FormData {
  const result = { ...form }
  for (const { key, value } of fields) {
    if (value === null) delete result[key]
    else result[key] = value
  }
  return result
}
