import { useState } from 'react'

import { textOf } from '../diagram/read-element.ts'
import { useLanguage } from '../language/language.tsx'
import { TextField } from './fields.tsx'
import type { GroupProps } from './group.ts'

export const NAME_FIELD = 'property-name'

export function GeneralGroup({ element, workbench }: GroupProps) {
  const { words } = useLanguage()
  const [refused, setRefused] = useState(false)
  // The process id is the item code: the versions of an item are found by it.
  const fixedId = element.type === 'bpmn:Process'
  return (
    <>
      <TextField
        id={NAME_FIELD}
        label={words.name}
        value={textOf(element, 'name')}
        onCommit={(name) => workbench.edits.rename(element, name)}
      />
      {!fixedId && (
        <TextField
          label={words.id}
          value={element.id}
          error={refused ? words.idRefused : undefined}
          onCommit={(id) => setRefused(!workbench.edits.renumber(element, id.trim()))}
        />
      )}
    </>
  )
}
