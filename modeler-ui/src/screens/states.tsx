import type { ReactNode } from 'react'

import { useLanguage } from '../language/language.tsx'
import type { Answer } from '../server/answer.ts'
import { signInUrl } from '../server/session.ts'
import { go } from '../app-route.ts'
import type { Asked } from './use-answer.ts'

interface AskedProps<T> {
  readonly asked: Asked<T>
  readonly retry: () => void
  readonly children: (data: T) => ReactNode
}

/** Loading, failed, forbidden and there are four different pictures (ux.md §2). */
export function WhenAnswered<T>({ asked, retry, children }: AskedProps<T>) {
  const { words } = useLanguage()
  switch (asked.kind) {
    case 'quiet':
      return <div aria-busy="true" />
    case 'loading':
    case 'slow':
      return (
        <div className="state" aria-busy="true" role="status">
          <p>{asked.kind === 'loading' ? words.loading : words.loadingSlow}</p>
          <div className="skeleton" aria-hidden="true" />
          <div className="skeleton" aria-hidden="true" />
          <div className="skeleton" aria-hidden="true" />
        </div>
      )
    case 'ok':
      return children(asked.data)
    case 'problem':
    case 'unreachable':
      return <NotAnswered answer={asked} retry={retry} />
  }
}

type Refusal = Exclude<Answer<never>, { kind: 'ok' }>

function NotAnswered({ answer, retry }: { readonly answer: Refusal; readonly retry: () => void }) {
  const { words, language } = useLanguage()
  const problem = answer.kind === 'problem' ? answer.problem : undefined
  if (problem?.status === 401) return <SignInState />
  if (problem?.status === 403) return <ForbiddenState />
  if (problem?.status === 404)
    return (
      <State title={words.notFoundTitle} text={words.notFoundText}>
        <button type="button" onClick={() => go({ name: 'items' })}>
          {words.items}
        </button>
      </State>
    )
  return (
    <State title={words.failedTitle} text={words.failedText} alert>
      {problem && (
        <p>
          {problem[language].title} · {words.instance} <code>{problem.instance}</code>
        </p>
      )}
      <button type="button" onClick={retry}>
        {words.retry}
      </button>
    </State>
  )
}

export function SignInState() {
  const { words } = useLanguage()
  return (
    <State title={words.signInTitle} text={words.signInText}>
      <a className="button primary" href={signInUrl()}>
        {words.signIn}
      </a>
    </State>
  )
}

export function ForbiddenState() {
  const { words } = useLanguage()
  return <State title={words.forbiddenTitle} text={words.forbiddenText} />
}

interface StateProps {
  readonly title: string
  readonly text: string
  readonly alert?: boolean
  readonly children?: ReactNode
}

export function State({ title, text, alert = false, children }: StateProps) {
  return (
    <div className="state" role={alert ? 'alert' : undefined}>
      <h1>{title}</h1>
      <p>{text}</p>
      {children}
    </div>
  )
}
