/** What the version's automatic rules say of the file as it lies now: its latest form and its filed papers. */
import type { RuleOutcome } from '../../contracts/case-events.ts'
import type { FormData } from '../../contracts/filing.ts'
import { runRules } from '../catalogue/run-rules.ts'
import type { CaseContext } from '../cases/case-context.ts'
import { checkRules } from '../cases/check-case.ts'
import { filesByMaterial } from '../cases/material-files.ts'

/** The rules of acceptance (and of review for instant items): what material-check runs. */
export function acceptanceChecks(
  context: CaseContext,
  today: string,
  form: FormData = context.form,
): RuleOutcome[] {
  return checkRules(context.version.package, {
    channel: context.case.channel,
    form,
    transport: context.transport,
    files: filedByMaterial(context),
    today,
  })
}

/** The automatic rules of review: what a grant must satisfy and a refusal may cite. */
export function reviewChecks(context: CaseContext, today: string): RuleOutcome[] {
  return runRules(
    context.version.package,
    { form: context.form, materials: filedByMaterial(context), today },
    'review',
  )
}

export function filedByMaterial(context: CaseContext): ReturnType<typeof filesByMaterial> {
  return filesByMaterial(context.files.filter((f) => f.filed))
}
