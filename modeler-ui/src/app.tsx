import { useEffect } from 'react'

import { useRoute } from './app-route.ts'
import { useLanguage } from './language/language.tsx'
import { ItemsScreen, RouteLink } from './screens/items-screen.tsx'
import { ForbiddenState, SignInState, WhenAnswered } from './screens/states.tsx'
import { useAnswer } from './screens/use-answer.ts'
import { VersionScreen } from './screens/version-screen.tsx'
import { speakTo } from './server/api.ts'
import { getSession, signOut } from './server/session.ts'

/** Who is here, then where they want to go. */
export function App() {
  const { language, words, toggle } = useLanguage()
  const { asked, retry } = useAnswer(getSession)
  const route = useRoute()
  useEffect(() => speakTo(language), [language])
  const session = asked.kind === 'ok' ? asked.data : undefined
  return (
    <>
      <header className="top">
        <RouteLink to={{ name: 'items' }}>
          <strong>一窗 Yichuang</strong> {words.title}
        </RouteLink>
        <div className="row">
          {session?.signedIn && (
            <span>
              {words.signedInAs} {session.name}
            </span>
          )}
          {session?.signedIn && (
            <button type="button" onClick={() => void signOut()}>
              {words.signOut}
            </button>
          )}
          <button type="button" onClick={toggle} lang={language === 'zh' ? 'en' : 'zh-CN'}>
            {words.toOther}
          </button>
        </div>
      </header>
      <main>
        <WhenAnswered {...{ asked, retry }}>
          {({ signedIn, designer }) => {
            if (!signedIn) return <SignInState />
            if (!designer) return <ForbiddenState />
            return route.name === 'items' ? (
              <ItemsScreen />
            ) : (
              <VersionScreen code={route.code} version={route.version} />
            )
          }}
        </WhenAnswered>
      </main>
    </>
  )
}
