import { useEffect, useRef, type KeyboardEvent } from 'react'

import { outlineRows, type OutlineRow } from '../diagram/outline-rows.ts'
import { textOf } from '../diagram/read-element.ts'
import type { Workbench } from '../diagram/workbench.ts'
import { useLanguage } from '../language/language.tsx'
import { kindName, type Words } from '../language/words.ts'
import { NAME_FIELD } from '../panel/general-group.tsx'

interface OutlineProps {
  readonly workbench: Workbench
  readonly problems: ReadonlyMap<string, number>
}

/** Shape as well as word: the list reads the same in grey. */
const MARKS: Readonly<Record<string, string>> = {
  'bpmn:StartEvent': '○',
  'bpmn:EndEvent': '◉',
  'bpmn:UserTask': '▣',
  'bpmn:ServiceTask': '⚙',
  'bpmn:ReceiveTask': '✉',
  'bpmn:BusinessRuleTask': '▦',
  'bpmn:ExclusiveGateway': '◇',
  'bpmn:ParallelGateway': '✚',
  'bpmn:BoundaryEvent': '◷',
  'bpmn:IntermediateCatchEvent': '◷',
  'bpmn:SequenceFlow': '→',
}

/** The twin of the picture: the same selection, one tab stop, arrows to move. */
export function Outline({ workbench, problems }: OutlineProps) {
  const { words } = useLanguage()
  const list = useRef<HTMLOListElement>(null)
  const rows = outlineRows(workbench.elements())
  const selected = workbench.selected()?.id
  const stop = rows.some(({ element }) => element.id === selected) ? selected : rows[0]?.element.id

  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' })
  }, [selected])

  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])]
    const at = buttons.findIndex((button) => button === document.activeElement)
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[
      event.key
    ]
    if (target !== undefined) {
      event.preventDefault()
      buttons[Math.min(Math.max(target, 0), buttons.length - 1)]?.focus()
    }
    const row = rows[at]
    if (row === undefined || workbench.readOnly || event.ctrlKey || event.metaKey) return
    if (event.key === 'e' || event.key === 'E') {
      event.preventDefault()
      workbench.select(row.element.id)
      // The panel shows the newly selected step only after this event.
      requestAnimationFrame(() => {
        const field = document.getElementById(NAME_FIELD)
        if (field instanceof HTMLInputElement) field.select()
      })
    }
  }

  return (
    <section className="outline" aria-label={words.outline}>
      <h2>{words.outline}</h2>
      {!workbench.readOnly && <p className="hint">{words.outlineHint}</p>}
      <ol ref={list} onKeyDown={onKeyDown}>
        {rows.map((row) => (
          <li key={row.element.id} className={row.depth === 1 ? 'branch' : ''}>
            <button
              type="button"
              tabIndex={row.element.id === stop ? 0 : -1}
              aria-current={row.element.id === selected ? 'step' : undefined}
              onClick={() => workbench.select(row.element.id)}
            >
              <span className="number">{row.number}</span>
              <span aria-hidden="true" className="mark">
                {MARKS[row.element.type] ?? '□'}
              </span>
              <span className="name">
                <RowName row={row} words={words} />
              </span>
              {row.leadsTo.length > 0 && <span className="leads">→ {row.leadsTo.join(', ')}</span>}
              {problems.has(row.element.id) && (
                <span className="has-problem">✕ {problems.get(row.element.id)}</span>
              )}
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}

function RowName({ row, words }: { readonly row: OutlineRow; readonly words: Words }) {
  const kind = kindName(words, row.element.type)
  const name = textOf(row.element, 'name')
  return (
    <>
      <span className="visually-hidden">{kind} </span>
      {name === '' ? <em>{kind}</em> : name}
    </>
  )
}
