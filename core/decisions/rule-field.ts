import type { Rule } from '../../contracts/item-package.ts'
import type { ProblemField } from '../../contracts/problems.ts'

/** Names a rule that stands in the way, in the words of the guide. */
export function ruleField(rule: Rule): ProblemField {
  return { field: rule.id, code: 'RULE_FAILS', zh: rule.text.zh, en: rule.text.en }
}
