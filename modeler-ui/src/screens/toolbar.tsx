import type { Workbench } from '../diagram/workbench.ts'
import { useLanguage } from '../language/language.tsx'
import { fill } from '../language/words.ts'

interface ToolbarProps {
  readonly workbench: Workbench | undefined
  readonly itemName: string
  readonly version: number
  readonly unsaved: boolean
  readonly busy: 'check' | 'publish' | undefined
  readonly onCheck: () => void
  readonly onPublish: () => void
}

/** What is open, what has changed, and the two acts; a waiting button says what it waits for. */
export function Toolbar(props: ToolbarProps) {
  const { workbench, itemName, version, unsaved, busy, onCheck, onPublish } = props
  const { words } = useLanguage()
  const commands = workbench && !workbench.readOnly ? workbench.get('commandStack') : undefined
  const missing =
    busy !== undefined ? words.publishBusy : unsaved ? undefined : words.publishNothing
  return (
    <div className="toolbar">
      <h1>
        {itemName} <span className="figure">v{version}</span>
      </h1>
      <p className={unsaved ? 'chip warn' : 'chip idle'}>
        {unsaved ? `▲ ${words.dirty}` : `○ ${fill(words.clean, { version })}`}
      </p>
      <div className="row">
        <button type="button" onClick={() => workbench?.zoomBy(1.25)} aria-label={words.zoomIn}>
          ＋
        </button>
        <button type="button" onClick={() => workbench?.zoomBy(0.8)} aria-label={words.zoomOut}>
          －
        </button>
        <button type="button" onClick={() => workbench?.fit()}>
          {words.fit}
        </button>
      </div>
      {commands && (
        <div className="row acts">
          <button
            type="button"
            aria-disabled={!commands.canUndo()}
            onClick={() => commands.canUndo() && commands.undo()}
          >
            ↶ {words.undo}
          </button>
          <button
            type="button"
            aria-disabled={!commands.canRedo()}
            onClick={() => commands.canRedo() && commands.redo()}
          >
            ↷ {words.redo}
          </button>
          <button type="button" aria-disabled={busy !== undefined} onClick={onCheck}>
            {busy === 'check' ? words.checking : words.check}
          </button>
          <button
            type="button"
            className="primary"
            aria-disabled={missing !== undefined}
            aria-describedby={missing === undefined ? undefined : 'publish-missing'}
            title={missing}
            onClick={() => missing === undefined && onPublish()}
          >
            {words.publish}
          </button>
          {missing !== undefined && (
            <span id="publish-missing" className="visually-hidden">
              {missing}
            </span>
          )}
        </div>
      )}
    </div>
  )
}
