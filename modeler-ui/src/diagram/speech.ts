import { fill, WORDS, type Language, type Words } from '../language/words.ts'

/** What the diagram says of itself, in the language of the moment. */
export interface Speech {
  words(): Words
  speak(language: Language): void
  translate(text: string, values?: Readonly<Record<string, string>>): string
}

/** bpmn-js's own sentences that remain once palette and context pad are ours. */
const CHINESE: Readonly<Record<string, string>> = {
  'Align elements': '对齐',
  'Align elements left': '左对齐',
  'Align elements center': '水平居中',
  'Align elements right': '右对齐',
  'Align elements top': '顶端对齐',
  'Align elements middle': '垂直居中',
  'Align elements bottom': '底端对齐',
  'Distribute elements horizontally': '水平均布',
  'Distribute elements vertically': '垂直均布',
  'Search in diagram': '在图中查找',
  'Flow elements must be children of pools/participants': '环节须画在流程里',
  'no diagram to display': '没有可显示的图',
  'no plane for {semantic}': '{semantic}没有画面',
}

export function createSpeech(initial: Language): Speech {
  let language = initial
  return {
    words: () => WORDS[language],
    speak(other) {
      language = other
    },
    translate(text, values = {}) {
      return fill((language === 'zh' ? CHINESE[text] : undefined) ?? text, values)
    },
  }
}
