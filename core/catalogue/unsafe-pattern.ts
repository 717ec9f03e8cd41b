/** Regular expressions of a form run on text from strangers: those that can take exponential time are refused. */

/** With at most this many characters of pattern and text, three open repetitions stay under some 10^7 steps. */
const MAX_PATTERN = 200
const MAX_OPEN_REPETITIONS = 3

/**
 * @returns why the pattern is refused, or undefined. Refused are: a repetition inside a repeated group, a choice inside
 * a repeated group, back references, look-around, and too many open repetitions in a row.
 */
export function faultInPattern(pattern: string): { zh: string; en: string } | undefined {
  if (pattern.length > MAX_PATTERN)
    return { zh: `超过${MAX_PATTERN}个字符`, en: `longer than ${MAX_PATTERN} characters` }
  try {
    new RegExp(pattern, 'u')
  } catch {
    return { zh: '不是合法的正则表达式', en: 'not a regular expression' }
  }
  if (!pattern.startsWith('^') || !pattern.endsWith('$'))
    return { zh: '须以^开头、以$结尾', en: 'it must begin with ^ and end with $' }
  return scan(pattern)
}

interface Group {
  repeats: boolean
  chooses: boolean
}

function scan(pattern: string): { zh: string; en: string } | undefined {
  const groups: Group[] = [{ repeats: false, chooses: false }]
  let open = 0
  let closed: Group | undefined
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at)
    const before = closed
    closed = undefined
    const group = groups.at(-1) ?? { repeats: false, chooses: false }
    if (character === '\\') {
      at += 1
      if (/[1-9k]/.test(pattern.charAt(at)))
        return { zh: '不得用反向引用', en: 'back references are not allowed' }
      if (/[pPu]/.test(pattern.charAt(at)) && pattern.charAt(at + 1) === '{')
        at = pattern.indexOf('}', at)
    } else if (character === '[') at = endOfClass(pattern, at)
    else if (character === '(') {
      if (/^\(\?[=!<]/.test(pattern.slice(at)))
        return { zh: '不得用环视或命名组', en: 'look-around and named groups are not allowed' }
      if (pattern.startsWith('(?:', at)) at += 2
      groups.push({ repeats: false, chooses: false })
    } else if (character === ')') {
      closed = groups.pop()
      const outer = groups.at(-1)
      if (outer !== undefined && closed?.repeats === true) outer.repeats = true
      if (outer !== undefined && closed?.chooses === true) outer.chooses = true
    } else if (character === '|') group.chooses = true
    else if ('*+?{'.includes(character)) {
      const repetition = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(pattern.slice(at))
      if (repetition === null) continue
      at += repetition[0].length - 1
      const unbounded =
        /^[*+]/.test(repetition[0]) || (repetition[2] === ',' && repetition[3] === '')
      const varies = unbounded || (repetition[2] === ',' && repetition[1] !== repetition[3])
      const many = unbounded || Number(repetition[3] || repetition[1] || 1) > 1
      if (many && before !== undefined && (before.repeats || before.chooses))
        return {
          zh: '重复的组里不得再有重复或选择',
          en: 'a repeated group may hold no repetition and no choice',
        }
      if (varies && many) group.repeats = true
      if (unbounded && ++open > MAX_OPEN_REPETITIONS)
        return {
          zh: `不限次数的重复不得多于${MAX_OPEN_REPETITIONS}处`,
          en: `at most ${MAX_OPEN_REPETITIONS} unbounded repetitions`,
        }
    }
  }
  return undefined
}

function endOfClass(pattern: string, at: number): number {
  for (let i = at + 1; i < pattern.length; i += 1) {
    if (pattern.charAt(i) === '\\') i += 1
    else if (pattern.charAt(i) === ']') return i
  }
  return pattern.length
}
