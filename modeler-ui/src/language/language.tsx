import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'

import { WORDS, type Language, type Words } from './words.ts'

interface LanguageState {
  readonly language: Language
  readonly words: Words
  readonly toggle: () => void
}

const LanguageContext = createContext<LanguageState | undefined>(undefined)
const STORED_AS = 'yichuang-language'

/** Chinese unless the reader chose English before; switching keeps page, changes and focus. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(readChoice)
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
    document.title = language === 'zh' ? '事项流程 · 一窗' : 'Item flows · Yichuang'
  }, [language])
  const state = useMemo<LanguageState>(
    () => ({
      language,
      words: WORDS[language],
      toggle() {
        const other = language === 'zh' ? 'en' : 'zh'
        keepChoice(other)
        setLanguage(other)
      },
    }),
    [language],
  )
  return <LanguageContext value={state}>{children}</LanguageContext>
}

export function useLanguage(): LanguageState {
  const state = useContext(LanguageContext)
  if (state === undefined) throw new Error('useLanguage outside LanguageProvider')
  return state
}

/** Storage may be forbidden by the browser: the choice then lasts as long as the page. */
function readChoice(): Language {
  try {
    return localStorage.getItem(STORED_AS) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

function keepChoice(language: Language): void {
  try {
    localStorage.setItem(STORED_AS, language)
  } catch {
    // as above
  }
}
