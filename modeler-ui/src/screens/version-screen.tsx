import { useCallback } from 'react'

import { openVersion } from '../server/designer.ts'
import { Editor } from './editor.tsx'
import { WhenAnswered } from './states.tsx'
import { useAnswer } from './use-answer.ts'

interface VersionScreenProps {
  readonly code: string
  readonly version: number
}

/** One published version, opened to become the next. */
export function VersionScreen({ code, version }: VersionScreenProps) {
  const ask = useCallback(
    (signal: AbortSignal) => openVersion(code, version, signal),
    [code, version],
  )
  const { asked, retry } = useAnswer(ask)
  return (
    <WhenAnswered {...{ asked, retry }}>
      {(data) => <Editor key={`${code} ${version}`} {...{ code, version }} {...data} />}
    </WhenAnswered>
  )
}
