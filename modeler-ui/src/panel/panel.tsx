import { useLanguage } from '../language/language.tsx'
import { kindName } from '../language/words.ts'
import type { Workbench } from '../diagram/workbench.ts'
import type { Vocabulary } from '../server/designer.ts'
import { CitizenGroup } from './citizen-group.tsx'
import { FlowGroup } from './flow-group.tsx'
import { GeneralGroup } from './general-group.tsx'
import { PersonGroup } from './person-group.tsx'
import { TopicGroup } from './topic-group.tsx'
import { DecisionGroup, WaitGroup } from './wait-group.tsx'

const GROUPS = [
  GeneralGroup,
  CitizenGroup,
  PersonGroup,
  TopicGroup,
  WaitGroup,
  DecisionGroup,
  FlowGroup,
] as const

interface PanelProps {
  readonly workbench: Workbench
  readonly vocabulary: Vocabulary
}

/** What can be said of the selected element, and no more than the deploy gate lets through. */
export function Panel({ workbench, vocabulary }: PanelProps) {
  const { words } = useLanguage()
  const element = workbench.selected()
  return (
    <section className="panel" aria-label={words.panel}>
      <h2>{words.panel}</h2>
      {element === undefined ? (
        <p className="hint">{words.nothingSelected}</p>
      ) : (
        <>
          <p className="kind">{kindName(words, element.type)}</p>
          {GROUPS.map((Group, index) => (
            <Group key={`${index} ${element.id}`} {...{ element, workbench, vocabulary }} />
          ))}
        </>
      )}
    </section>
  )
}
