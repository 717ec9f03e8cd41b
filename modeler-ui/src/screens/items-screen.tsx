import type { MouseEvent } from 'react'

import { go, pathOf, type Route } from '../app-route.ts'
import { useLanguage } from '../language/language.tsx'
import { listItems, packageUrl, type ItemRow, type VersionRow } from '../server/designer.ts'
import { State, WhenAnswered } from './states.tsx'
import { useAnswer } from './use-answer.ts'

/** What is live, what is older, what the engine refused. */
export function ItemsScreen() {
  const { words } = useLanguage()
  const { asked, retry } = useAnswer(listItems)
  return (
    <div className="page">
      <WhenAnswered {...{ asked, retry }}>
        {(items) =>
          items.length === 0 ? (
            <State title={words.emptyTitle} text={words.emptyText} />
          ) : (
            <>
              <h1>{words.items}</h1>
              <p className="lead">{words.itemsLead}</p>
              {items.map((item) => (
                <Item key={item.code} item={item} />
              ))}
            </>
          )
        }
      </WhenAnswered>
    </div>
  )
}

function Item({ item }: { readonly item: ItemRow }) {
  const { words, language } = useLanguage()
  const live = item.versions.find((version) => version.state === 'published')
  return (
    <section className="item" aria-label={item.name[language]}>
      <h2>
        {item.name[language]} <code>{item.code}</code>
      </h2>
      {item.state === 'suspended' && <p className="chip warn">▲ {words.stateOf.suspended}</p>}
      <table>
        <thead>
          <tr>
            <th scope="col">{words.version}</th>
            <th scope="col">{words.state}</th>
            <th scope="col">{words.createdAt}</th>
            <th scope="col">
              <span className="visually-hidden">{words.open}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {item.versions.map((version) => (
            <Version
              key={version.version}
              code={item.code}
              version={version}
              live={version.version === live?.version}
            />
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface VersionProps {
  readonly code: string
  readonly version: VersionRow
  readonly live: boolean
}

function Version({ code, version, live }: VersionProps) {
  const { words, language } = useLanguage()
  const created = new Date(version.createdAt)
  return (
    <tr>
      <td className="figure">v{version.version}</td>
      <td>
        <StateChip state={version.state} live={live} />
        {version.refusal && <p className="error">{version.refusal}</p>}
      </td>
      <td>
        <time dateTime={version.createdAt}>
          {created.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', {
            dateStyle: 'medium',
            timeStyle: 'short',
            timeZone: 'Asia/Shanghai',
          })}
        </time>
      </td>
      <td className="links">
        <RouteLink to={{ name: 'version', code, version: version.version }}>
          {words.openVersion} v{version.version}
        </RouteLink>
        <a href={packageUrl(code, version.version)} download>
          {words.download}
        </a>
      </td>
    </tr>
  )
}

function StateChip({
  state,
  live,
}: {
  readonly state: VersionRow['state']
  readonly live: boolean
}) {
  const { words } = useLanguage()
  switch (state) {
    case 'published':
      return live ? (
        <span className="chip good">● {words.latest}</span>
      ) : (
        <span className="chip idle">○ {words.older}</span>
      )
    case 'deploying':
      return <span className="chip warn">▲ {words.stateOf.deploying}</span>
    case 'refused':
      return <span className="chip bad">◆ {words.stateOf.refused}</span>
  }
}

/** A real address, followed without loading the page anew. */
export function RouteLink({
  to,
  children,
}: {
  readonly to: Route
  readonly children: React.ReactNode
}) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    go(to)
  }
  return (
    <a href={pathOf(to)} onClick={follow}>
      {children}
    </a>
  )
}
