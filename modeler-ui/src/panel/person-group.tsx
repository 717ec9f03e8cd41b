import { textOf } from '../diagram/read-element.ts'
import { useLanguage } from '../language/language.tsx'
import { SelectField } from './fields.tsx'
import type { GroupProps } from './group.ts'

/** Who acts at a user task, as what, and at which unit. */
export function PersonGroup({ element, workbench, vocabulary }: GroupProps) {
  const { words, language } = useLanguage()
  if (element.type !== 'bpmn:UserTask') return null
  const { edits, book } = workbench
  const entry = book.get(element.id)
  const acts: Readonly<Record<string, string>> = words.acts
  const units: Readonly<Record<string, string>> = words.units
  return (
    <>
      <SelectField
        label={words.act}
        value={entry?.act ?? ''}
        empty={words.choose}
        options={vocabulary.acts.map((value) => ({ value, label: acts[value] ?? value }))}
        onChange={(act) => edits.setDuty(element, 'act', act)}
      />
      <SelectField
        label={words.post}
        value={textOf(element, 'camunda:candidateGroups')}
        empty={words.choose}
        options={vocabulary.posts.map(({ code, name, nameEn }) => ({
          value: code,
          label: `${language === 'zh' ? name : nameEn} (${code})`,
        }))}
        onChange={(post) => edits.setPost(element, post)}
      />
      <SelectField
        label={words.unit}
        value={entry?.unit ?? ''}
        empty={words.choose}
        options={vocabulary.units.map((value) => ({ value, label: units[value] ?? value }))}
        onChange={(unit) => edits.setDuty(element, 'unit', unit)}
      />
    </>
  )
}
