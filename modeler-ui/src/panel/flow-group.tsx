import { conditionOf, isChoice, isDefaultFlow, isFlow } from '../diagram/read-element.ts'
import { useLanguage } from '../language/language.tsx'
import { fill } from '../language/words.ts'
import { CheckField, TextField } from './fields.tsx'
import type { GroupProps } from './group.ts'

const EXAMPLE = "${acceptanceOutcome == 'accept'}"

/** When this way out of a choice is taken; the server's grammar judges the text. */
export function FlowGroup({ element, workbench }: GroupProps) {
  const { words } = useLanguage()
  const { source } = element
  if (!isFlow(element) || source === undefined || !isChoice(source)) return null
  if (source.outgoing.length < 2) return null
  const isDefault = isDefaultFlow(element)
  return (
    <>
      <CheckField
        label={words.isDefault}
        checked={isDefault}
        onChange={(checked) => workbench.edits.setDefault(element, checked)}
      />
      {!isDefault && (
        <TextField
          label={words.condition}
          hint={fill(words.conditionHint, { example: EXAMPLE })}
          value={conditionOf(element)}
          onCommit={(text) => workbench.edits.setCondition(element, text)}
        />
      )}
    </>
  )
}
