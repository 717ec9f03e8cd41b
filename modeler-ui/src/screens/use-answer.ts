import { useCallback, useEffect, useState } from 'react'

import type { Answer } from '../server/answer.ts'

/** quiet: too early to say anything; slow: say that the network is; then the answer, or that none came. */
export type Asked<T> = { readonly kind: 'quiet' | 'loading' | 'slow' } | Answer<T>

const LOADING_AFTER_MS = 300
const SLOW_AFTER_MS = 5_000
const GIVE_UP_AFTER_MS = 15_000

/** Asks when the screen opens and again when told to. `ask` must be stable (useCallback). */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<Answer<T>>) {
  const [asked, setAsked] = useState<Asked<T>>({ kind: 'quiet' })
  const [round, setRound] = useState(0)
  useEffect(() => {
    const controller = new AbortController()
    setAsked({ kind: 'quiet' })
    const timers = [
      setTimeout(() => setAsked({ kind: 'loading' }), LOADING_AFTER_MS),
      setTimeout(() => setAsked({ kind: 'slow' }), SLOW_AFTER_MS),
      setTimeout(() => controller.abort(), GIVE_UP_AFTER_MS),
    ]
    const stopTimers = () => timers.forEach(clearTimeout)
    let left = false
    void ask(controller.signal)
      // A package that cannot be read is a failure of the screen, not of the page.
      .catch((): Answer<T> => ({ kind: 'unreachable' }))
      .then((answer) => {
        stopTimers()
        if (!left) setAsked(answer)
      })
    return () => {
      left = true
      stopTimers()
      controller.abort()
    }
  }, [ask, round])
  const retry = useCallback(() => setRound((before) => before + 1), [])
  return { asked, retry }
}
