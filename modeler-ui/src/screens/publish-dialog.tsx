import { useEffect, useRef } from 'react'

import { go } from '../app-route.ts'
import { useLanguage } from '../language/language.tsx'
import { fill } from '../language/words.ts'
import type { Answer } from '../server/answer.ts'
import type { Published } from '../server/designer.ts'
import { FailedAct } from './problems.tsx'

interface PublishDialogProps {
  readonly itemName: string
  readonly code: string
  readonly opened: number
  readonly next: number
  readonly busy: boolean
  readonly published: Answer<Published> | undefined
  readonly onPublish: () => void
  readonly onClose: () => void
}

/** Publishing cannot be taken back: the dialog says what it does to new and to running cases, and names the act. */
export function PublishDialog(props: PublishDialogProps) {
  const { words } = useLanguage()
  const { itemName, next, busy, published, onPublish, onClose } = props
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby="publish-title"
      // While it is being registered nobody can take it back: the answer is waited for.
      onCancel={(event) => (busy ? event.preventDefault() : onClose())}
    >
      {published === undefined ? (
        <>
          <h2 id="publish-title">{fill(words.publishTitle, { item: itemName, version: next })}</h2>
          <p>{fill(words.publishEffect, { version: next })}</p>
          <p>{words.publishForEver}</p>
          <div className="row end">
            <button type="button" onClick={onClose} aria-disabled={busy}>
              {words.cancel}
            </button>
            <button type="button" className="primary" aria-disabled={busy} onClick={onPublish}>
              {busy ? words.publishing : `${words.publish} v${next}`}
            </button>
          </div>
        </>
      ) : (
        <Outcome {...props} answer={published} />
      )}
    </dialog>
  )
}

interface OutcomeProps extends PublishDialogProps {
  readonly answer: Answer<Published>
}

function Outcome({ code, opened, next, answer, onClose }: OutcomeProps) {
  const { words } = useLanguage()
  if (answer.kind === 'unreachable')
    return <Told title={words.unsureTitle} text={words.unsureText} onClose={onClose} />
  if (answer.kind === 'problem')
    return answer.problem.code === 'PACKAGE_REFUSED' ? (
      <Told title={words.refusedTitle} text={answer.problem.fields.length} onClose={onClose} />
    ) : (
      <>
        <h2 id="publish-title">{words.refusedTitle}</h2>
        <FailedAct answer={answer} />
        <Stay onClose={onClose} />
      </>
    )
  const { version, state } = answer.data
  if (version < next)
    return (
      <Told
        title={fill(words.unchangedTitle, { version })}
        text={words.unchangedText}
        onClose={onClose}
      />
    )
  const pending = state !== 'published'
  return (
    <>
      <h2 id="publish-title">
        {fill(pending ? words.pendingTitle : words.publishedTitle, { version })}
      </h2>
      <p>{pending ? words.pendingText : words.publishedText}</p>
      <div className="row end">
        <button type="button" onClick={() => go({ name: 'items' }, { asked: true })}>
          {words.items}
        </button>
        {version !== opened && (
          <button
            type="button"
            className="primary"
            onClick={() => go({ name: 'version', code, version }, { asked: true })}
          >
            {words.openNew}
          </button>
        )}
      </div>
    </>
  )
}

interface ToldProps {
  readonly title: string
  readonly text: string | number
  readonly onClose: () => void
}

function Told({ title, text, onClose }: ToldProps) {
  const { words } = useLanguage()
  return (
    <>
      <h2 id="publish-title">{title}</h2>
      <p>{typeof text === 'number' ? fill(words.checkProblems, { count: text }) : text}</p>
      <Stay onClose={onClose} />
    </>
  )
}

function Stay({ onClose }: { readonly onClose: () => void }) {
  const { words } = useLanguage()
  return (
    <div className="row end">
      <button type="button" className="primary" onClick={onClose}>
        {words.stay}
      </button>
    </div>
  )
}
