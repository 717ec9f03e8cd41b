import { deadlineOf, hasTimer, messageOf, textOf } from '../diagram/read-element.ts'
import { useLanguage } from '../language/language.tsx'
import { SelectField } from './fields.tsx'
import type { GroupProps } from './group.ts'
import { asOptions } from './topic-group.tsx'

/** What a case waits for: a message, or a deadline the office computes in working days. */
export function WaitGroup({ element, workbench, vocabulary }: GroupProps) {
  const { words } = useLanguage()
  const { edits } = workbench
  if (element.type === 'bpmn:ReceiveTask')
    return (
      <SelectField
        label={words.message}
        value={messageOf(element)}
        empty={words.choose}
        options={asOptions(vocabulary.messages)}
        onChange={(message) => edits.setMessage(element, message)}
      />
    )
  if (hasTimer(element))
    return (
      <SelectField
        label={words.deadline}
        value={deadlineOf(element)}
        empty={words.choose}
        options={asOptions(vocabulary.deadlines)}
        onChange={(variable) => edits.setDeadline(element, variable)}
      />
    )
  return null
}

/** Which table of rules/ decides; the tables themselves are changed in the package. */
export function DecisionGroup({ element }: GroupProps) {
  const { words } = useLanguage()
  if (element.type !== 'bpmn:BusinessRuleTask') return null
  return (
    <p className="field">
      <span className="label">{words.decision}</span>
      <code>{textOf(element, 'camunda:decisionRef')}</code>
    </p>
  )
}
