import { propertyOf, textOf } from '../diagram/read-element.ts'
import { useLanguage } from '../language/language.tsx'
import { SelectField, type Option } from './fields.tsx'
import type { GroupProps } from './group.ts'

/** What a worker does here: a topic and its one property, both from the server's closed lists. */
export function TopicGroup({ element, workbench, vocabulary }: GroupProps) {
  const { words } = useLanguage()
  if (element.type !== 'bpmn:ServiceTask') return null
  const topic = textOf(element, 'camunda:topic')
  const contract = vocabulary.topics.find((known) => known.topic === topic)
  return (
    <>
      <SelectField
        label={words.topic}
        value={topic}
        empty={words.choose}
        options={asOptions(vocabulary.topics.map((known) => known.topic))}
        onChange={(chosen) => workbench.edits.setTopic(element, chosen)}
      />
      {contract?.properties.map(({ name, values }) => (
        <SelectField
          key={name}
          label={name}
          value={propertyOf(element, name)}
          empty={words.choose}
          options={asOptions(values)}
          onChange={(value) => workbench.edits.setProperty(element, name, value)}
        />
      ))}
    </>
  )
}

export function asOptions(values: readonly string[]): readonly Option[] {
  return values.map((value) => ({ value, label: value }))
}
