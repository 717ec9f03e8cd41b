import { textOf } from '../diagram/read-element.ts'
import type { Workbench } from '../diagram/workbench.ts'
import { useLanguage } from '../language/language.tsx'
import { fill } from '../language/words.ts'
import type { Answer, ProblemField } from '../server/answer.ts'
import { elementOf, type Judgement } from './use-publishing.ts'

interface ProblemsProps {
  readonly workbench: Workbench
  readonly judgement: Judgement | undefined
  readonly failed: Answer<never> | undefined
  readonly checking: boolean
}

/** What the server's check said, each line leading to its element. */
export function Problems({ workbench, judgement, failed, checking }: ProblemsProps) {
  const { words } = useLanguage()
  const stale = judgement !== undefined && judgement.edition !== workbench.edition()
  const count = judgement?.fields.length ?? 0
  return (
    <section className="problems" aria-label={words.problems}>
      <h2>{words.problems}</h2>
      <div role="status">
        {checking ? (
          <p>{words.checking}</p>
        ) : judgement === undefined ? (
          <p className="hint">{words.notChecked}</p>
        ) : count === 0 && !stale ? (
          <p className="good">● {words.checkOk}</p>
        ) : (
          <>
            {count > 0 && <p className="bad">✕ {fill(words.checkProblems, { count })}</p>}
            {stale && <p className="warn">▲ {words.checkStale}</p>}
          </>
        )}
      </div>
      {failed && <FailedAct answer={failed} />}
      {count > 0 && (
        <ul>
          {judgement?.fields.map((field, index) => (
            <Problem key={`${index} ${field.field} ${field.code}`} {...{ field, workbench }} />
          ))}
        </ul>
      )}
    </section>
  )
}

interface ProblemProps {
  readonly field: ProblemField
  readonly workbench: Workbench
}

function Problem({ field, workbench }: ProblemProps) {
  const { words, language } = useLanguage()
  const id = elementOf(field.field)
  const element = id === undefined ? undefined : workbench.element(id)
  return (
    <li>
      {element === undefined ? (
        <code>{field.field}</code>
      ) : (
        <button type="button" onClick={() => workbench.select(element.id)}>
          {words.locate} {textOf(element, 'name') || element.id}
        </button>
      )}
      <span>{field[language]}</span>
      <code className="code">{field.code}</code>
    </li>
  )
}

export function FailedAct({ answer }: { readonly answer: Answer<unknown> }) {
  const { words, language } = useLanguage()
  if (answer.kind === 'ok') return null
  const problem = answer.kind === 'problem' ? answer.problem : undefined
  return (
    <p className="bad" role="alert">
      {problem === undefined
        ? words.failedTitle
        : `${problem[language].title}${language === 'zh' ? '：' : ': '}${problem[language].remedy}`}{' '}
      {problem && (
        <>
          {words.instance} <code>{problem.instance}</code>
        </>
      )}{' '}
      {words.actFailedText}
    </p>
  )
}
