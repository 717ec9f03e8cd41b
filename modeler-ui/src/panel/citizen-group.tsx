import { needsCitizenWords } from '../diagram/read-element.ts'
import { useLanguage } from '../language/language.tsx'
import { TextField } from './fields.tsx'
import type { GroupProps } from './group.ts'

/** What a citizen reads while the case is here; a step without these words cannot be published. */
export function CitizenGroup({ element, workbench }: GroupProps) {
  const { words } = useLanguage()
  if (!needsCitizenWords(element)) return null
  const { zh, en } = workbench.book.get(element.id)?.citizen ?? { zh: '', en: '' }
  return (
    <>
      <TextField
        label={words.citizenZh}
        value={zh}
        onCommit={(text) => workbench.edits.sayToCitizen(element.id, 'zh', text)}
      />
      <TextField
        label={words.citizenEn}
        value={en}
        onCommit={(text) => workbench.edits.sayToCitizen(element.id, 'en', text)}
      />
    </>
  )
}
