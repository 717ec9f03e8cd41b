import { useSyncExternalStore } from 'react'

export type Route =
  | { readonly name: 'items' }
  | { readonly name: 'version'; readonly code: string; readonly version: number }

const BASE = '/modeler/'
const MOVED = 'yichuang:moved'

export function pathOf(route: Route): string {
  if (route.name === 'items') return BASE
  return `${BASE}items/${encodeURIComponent(route.code)}/versions/${route.version}`
}

export function readRoute(path: string): Route {
  const match = /^\/modeler\/items\/([A-Z0-9-]+)\/versions\/(\d{1,9})\/?$/.exec(path)
  const [, code, version] = match ?? []
  if (code === undefined || version === undefined) return { name: 'items' }
  return { name: 'version', code, version: Number(version) }
}

/** A question to ask before the page is left; undefined while nothing would be lost. */
let question: (() => string | undefined) | undefined
export function askBeforeLeaving(ask: (() => string | undefined) | undefined): void {
  question = ask
}

export function go(route: Route, options: { readonly asked?: boolean } = {}): void {
  const unsaved = options.asked ? undefined : question?.()
  if (unsaved !== undefined && !window.confirm(unsaved)) return
  question = undefined
  history.pushState(null, '', pathOf(route))
  window.dispatchEvent(new Event(MOVED))
}

export function useRoute(): Route {
  const path = useSyncExternalStore(
    (changed) => {
      window.addEventListener('popstate', changed)
      window.addEventListener(MOVED, changed)
      return () => {
        window.removeEventListener('popstate', changed)
        window.removeEventListener(MOVED, changed)
      }
    },
    () => location.pathname,
  )
  return readRoute(path)
}
