import { useEffect, useMemo, useState } from 'react'

import { askBeforeLeaving } from '../app-route.ts'
import { useLanguage } from '../language/language.tsx'
import { Outline } from '../outline/outline.tsx'
import { StepActions } from '../outline/step-actions.tsx'
import { Panel } from '../panel/panel.tsx'
import type { VersionToEdit } from '../server/designer.ts'
import { Problems } from './problems.tsx'
import { PublishDialog } from './publish-dialog.tsx'
import { State } from './states.tsx'
import { Toolbar } from './toolbar.tsx'
import { countByElement, usePublishing } from './use-publishing.ts'
import { useWorkbench } from './use-workbench.ts'

interface EditorProps extends VersionToEdit {
  readonly code: string
  readonly version: number
}

/** W1: outline, canvas, properties, problems; one selection in all of them. */
export function Editor({ code, version, opened, vocabulary, versions }: EditorProps) {
  const { words, language } = useLanguage()
  const { container, workbench, fault } = useWorkbench(opened.drawing)
  const publishing = usePublishing(workbench, opened.files)
  const [asking, setAsking] = useState(false)
  const { judgement } = publishing
  const problems = useMemo(() => countByElement(judgement?.fields ?? []), [judgement])
  useEffect(() => workbench?.markProblems(problems), [workbench, problems])

  const done = publishing.published?.kind === 'ok'
  const unsaved = workbench?.dirty() === true && !done
  useEffect(() => {
    askBeforeLeaving(unsaved ? () => words.unsaved : undefined)
    if (!unsaved) return
    const beforeUnload = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', beforeUnload)
    return () => {
      askBeforeLeaving(undefined)
      window.removeEventListener('beforeunload', beforeUnload)
    }
  }, [unsaved, words])

  if (fault !== undefined) return <State title={words.failedTitle} text={fault} alert />
  const next = Math.max(...versions.map((known) => known.version)) + 1
  const itemName = opened.name[language]
  return (
    <div className="editor">
      <Toolbar
        {...{ workbench, itemName, version, unsaved }}
        busy={publishing.busy}
        onCheck={() => void publishing.check()}
        onPublish={() => setAsking(true)}
      />
      {workbench?.readOnly && <p className="notice">{words.readOnly}</p>}
      <div className="panes">
        {/* The lower right corner belongs to the bpmn.io mark (its licence): nothing may cover it. */}
        <div ref={container} className="canvas" role="region" aria-label={words.canvas} />
        <div className="side left">
          {workbench && <Outline {...{ workbench, problems }} />}
          {workbench && !workbench.readOnly && <StepActions workbench={workbench} />}
        </div>
        {workbench && !workbench.readOnly && (
          <div className="side right">
            <Panel {...{ workbench, vocabulary }} />
            <Problems
              {...{ workbench, judgement }}
              failed={asking ? undefined : publishing.failed}
              checking={publishing.busy === 'check'}
            />
          </div>
        )}
      </div>
      {asking && (
        <PublishDialog
          {...{ itemName, code, next }}
          opened={version}
          busy={publishing.busy === 'publish'}
          published={publishing.published}
          onPublish={() => void publishing.publish()}
          onClose={() => {
            setAsking(false)
            publishing.forget()
          }}
        />
      )}
    </div>
  )
}
