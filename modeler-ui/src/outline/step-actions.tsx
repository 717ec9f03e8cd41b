import { useId, useState } from 'react'

import {
  addDeadline,
  addStep,
  connectable,
  mayAddAfter,
  mayHaveDeadline,
  NEW_STEPS,
  type NewStepType,
} from '../diagram/new-step.ts'
import { isFlow, textOf } from '../diagram/read-element.ts'
import type { DiagramElement } from '../diagram/services.ts'
import type { Workbench } from '../diagram/workbench.ts'
import { useLanguage } from '../language/language.tsx'
import { kindName } from '../language/words.ts'

/** What the canvas does by dragging, for the selected element and by keyboard: add, connect, deadline, delete. */
export function StepActions({ workbench }: { readonly workbench: Workbench }) {
  const { words } = useLanguage()
  const element = workbench.selected()
  if (element === undefined || element.type === 'bpmn:Process') return null
  const { get } = workbench
  const remove = () => {
    const before = element.incoming[0]?.source ?? element.host ?? element.source
    get('modeling').removeElements([element])
    // The selection moves to a neighbour: a keyboard user is not thrown back to the top.
    if (before !== undefined && before !== null) workbench.select(before.id)
  }
  return (
    <section className="actions" aria-label={words.actions}>
      <AddAfter {...{ workbench, element }} />
      {!isFlow(element) && <ConnectTo key={element.id} {...{ workbench, element }} />}
      <div className="row">
        {mayHaveDeadline(element) && (
          <button type="button" onClick={() => workbench.select(addDeadline(get, element).id)}>
            {words.addDeadline}
          </button>
        )}
        {element.type !== 'bpmn:StartEvent' && (
          <button type="button" onClick={remove}>
            {isFlow(element) ? words.removeFlow : words.remove}
          </button>
        )}
      </div>
    </section>
  )
}

interface ActionProps {
  readonly workbench: Workbench
  readonly element: DiagramElement
}

function AddAfter({ workbench, element }: ActionProps) {
  const { words } = useLanguage()
  const [type, setType] = useState<NewStepType>('bpmn:UserTask')
  const id = useId()
  if (element.type === 'bpmn:EndEvent') return null
  if (!mayAddAfter(element)) return <p className="hint">{words.addGatewayHint}</p>
  return (
    <div className="row">
      <label htmlFor={id}>{isFlow(element) ? words.addOnFlow : words.addAfter}</label>
      <select id={id} value={type} onChange={(e) => setType(e.target.value as NewStepType)}>
        {NEW_STEPS.map((step) => (
          <option key={step.type} value={step.type}>
            {kindName(words, step.type)}
          </option>
        ))}
      </select>
      <button
        type="button"
        onClick={() => workbench.select(addStep(workbench.get, element, type).id)}
      >
        {words.add}
      </button>
    </div>
  )
}

function ConnectTo({ workbench, element }: ActionProps) {
  const { words } = useLanguage()
  const [chosen, setChosen] = useState('')
  const id = useId()
  const targets = connectable(workbench.get, element)
  if (targets.length === 0) return null
  const connect = () => {
    const target = targets.find((candidate) => candidate.id === chosen)
    if (target === undefined) return
    workbench.select(workbench.get('modeling').connect(element, target).id)
  }
  return (
    <div className="row">
      <label htmlFor={id}>{words.connectTo}</label>
      <select id={id} value={chosen} onChange={(event) => setChosen(event.target.value)}>
        <option value="">{words.choose}</option>
        {targets.map((target) => (
          <option key={target.id} value={target.id}>
            {textOf(target, 'name') || kindName(words, target.type)}
          </option>
        ))}
      </select>
      <button type="button" aria-disabled={chosen === ''} onClick={connect}>
        {words.connect}
      </button>
    </div>
  )
}
