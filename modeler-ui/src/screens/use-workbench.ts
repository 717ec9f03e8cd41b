import { useEffect, useRef, useState, useSyncExternalStore } from 'react'

import { createWorkbench, type Drawing, type Workbench } from '../diagram/workbench.ts'
import { useLanguage } from '../language/language.tsx'

/** Below this the canvas and its panes have no room to work in: reading only (ux.md §4: panes fold at 1024). */
const ROOM_TO_EDIT = '(min-width: 960px)'

const NOTHING = () => () => undefined

/** bpmn-js inside React: made when the canvas is there, thrown away with it. */
export function useWorkbench(drawing: Drawing) {
  const { language } = useLanguage()
  const container = useRef<HTMLDivElement>(null)
  const [workbench, setWorkbench] = useState<Workbench>()
  const [fault, setFault] = useState<string>()
  const firstLanguage = useRef(language)
  useEffect(() => {
    if (container.current === null) return
    const made = createWorkbench({
      container: container.current,
      readOnly: !window.matchMedia(ROOM_TO_EDIT).matches,
      language: firstLanguage.current,
    })
    let left = false
    made.open(drawing).then(
      () => !left && setWorkbench(made),
      // Leaving while the import runs breaks it; nobody is there to be told.
      (error: unknown) => !left && setFault(error instanceof Error ? error.message : String(error)),
    )
    return () => {
      left = true
      setWorkbench(undefined)
      made.destroy()
    }
  }, [drawing])
  useEffect(() => workbench?.speak(language), [workbench, language])
  useSyncExternalStore(workbench?.subscribe ?? NOTHING, () => workbench?.revision() ?? 0)
  return { container, workbench, fault }
}
