/** What the version's automatic rules say of a form and its files; the same answer before filing, at filing and in the engine. */
import type { RuleOutcome } from '../../contracts/case-events.ts'
import type { DraftTransport, FormData } from '../../contracts/filing.ts'
import type { ItemPackage, Rule } from '../../contracts/item-package.ts'
import type { ProblemField } from '../../contracts/problems.ts'
import { checkForm } from '../catalogue/check-form.ts'
import type { ItemVersion } from '../catalogue/item-versions.ts'
import { runRules } from '../catalogue/run-rules.ts'
import { checkTransport } from './check-transport.ts'

export interface Filing {
  readonly channel: string
  readonly form: FormData
  readonly transport: DraftTransport
  /** material code -> files; replaced ones left out */
  readonly files: Readonly<Record<string, readonly { readonly mediaType: string }[]>>
  /** yyyy-mm-dd */
  readonly today: string
}

/**
 * Runs the automatic rules. Papers that come by courier or over the counter are not uploaded, so rules on such a
 * material turn `manual`: the clerk who lodges or opens the parcel sees the paper itself. Instant items also answer their review rules here,
 * because no person will.
 */
export function checkRules(item: ItemPackage, filing: Filing): RuleOutcome[] {
  const input = { form: filing.form, materials: filing.files, today: filing.today }
  const outcomes = [
    ...runRules(item, input, 'acceptance'),
    ...(item.instant ? runRules(item, input, 'review') : []),
  ]
  if (filing.transport.inbound === 'upload') return outcomes
  const onPaper = (rule: Rule | undefined) => {
    const material = rule && materialOf(rule)
    return material !== undefined && (filing.files[material]?.length ?? 0) === 0
  }
  return outcomes.map((o) =>
    o.outcome === 'fail' && onPaper(item.rules.find((r) => r.id === o.ruleId))
      ? { ...o, outcome: 'manual' }
      : o,
  )
}

export function rulesPassed(outcomes: readonly RuleOutcome[]): boolean {
  return outcomes.every((o) => o.outcome !== 'fail')
}

/** @returns what still keeps the filing from being submitted, empty when nothing does; tolerable papers may be missing */
export function checkFiling(version: ItemVersion, filing: Filing): ProblemField[] {
  const item = version.package
  const tolerable = new Set(item.materials.filter((m) => m.need === 'tolerable').map((m) => m.code))
  const failed = checkRules(item, filing).filter((o) => o.outcome === 'fail')
  const ruleProblems = failed.flatMap((o) => {
    const rule = item.rules.find((r) => r.id === o.ruleId)
    // Review rules of instant items send the case to a person (fallback); they never keep a citizen from filing.
    if (rule === undefined || rule.stage !== 'acceptance' || tolerable.has(materialOf(rule) ?? ''))
      return []
    return [
      {
        field: o.subject ?? rule.id,
        code: rule.id,
        zh: `${rule.text.zh}。${rule.fix.zh}`,
        en: `${rule.text.en}. ${rule.fix.en}`,
      },
    ]
  })
  return [...checkForm(version, filing.form), ...checkTransport(item, filing), ...ruleProblems]
}

export function materialOf(rule: Rule): string | undefined {
  return 'material' in rule.test ? rule.test.material : undefined
}
