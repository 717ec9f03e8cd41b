/**
 * Conditions on flows: `${variable op literal}` joined by and, or, not. The engine host has the same grammar
 * (ConditionParser.java) and refuses everything else; ours also says which variables and values are meant.
 */
import type { Scalar } from '../../contracts/variables.ts'

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'test'; readonly variable: string }
  | {
      readonly kind: 'compare'
      readonly variable: string
      readonly operator: string
      readonly literal: Scalar | null
    }

const MAX_LENGTH = 2000
const MAX_DEPTH = 32
const TOKEN =
  /\s*(?:(&&|\|\||==|!=|<=|>=|<|>|!|\(|\))|(-?\d{1,15}(?:\.\d{1,10})?(?![A-Za-z0-9_.]))|('[^'"\\{}]{0,200}'|"[^'"\\{}]{0,200}")|([A-Za-z_][A-Za-z0-9_]{0,63}))/y
const WORDS: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  not: '!',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
}
const LITERALS = new Set(['true', 'false', 'null'])
const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>='])
const RESERVED = new Set(
  'empty div mod instanceof execution task caseExecution externalTask authenticatedUserId'.split(
    ' ',
  ),
)

interface Token {
  readonly kind: 'operator' | 'literal' | 'name'
  readonly text: string
  readonly value: Scalar | null
}

/** @throws Error with a short English reason when the text is outside the grammar */
export function parseCondition(text: string): Condition {
  const trimmed = text.trim()
  if (trimmed.length > MAX_LENGTH) throw new Error(`longer than ${MAX_LENGTH} characters`)
  if (!trimmed.startsWith('${') || !trimmed.endsWith('}')) throw new Error('not of the form ${...}')
  const tokens = tokenize(trimmed.slice(2, -1))
  let at = 0
  let depth = 0
  const peek = (): Token | undefined => tokens[at]
  const skip = (symbol: string): boolean => {
    const token = peek()
    if (token?.kind !== 'operator' || token.text !== symbol) return false
    at += 1
    return true
  }
  const joined = (kind: 'and' | 'or', symbol: string, next: () => Condition): Condition => {
    const first = next()
    const parts = [first]
    while (skip(symbol)) parts.push(next())
    return parts.length === 1 ? first : { kind, parts }
  }
  const or = (): Condition => {
    depth += 1
    if (depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH}`)
    const condition = joined('or', '||', () => joined('and', '&&', unary))
    depth -= 1
    return condition
  }
  const unary = (): Condition => {
    if (skip('!')) {
      depth += 1
      if (depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH}`)
      const part = unary()
      depth -= 1
      return { kind: 'not', part }
    }
    if (!skip('(')) return comparison()
    const inner = or()
    if (!skip(')')) throw new Error('a closing bracket is missing')
    return inner
  }
  const operand = (): Token => {
    const token = tokens[at]
    if (token === undefined || token.kind === 'operator')
      throw new Error('a variable or a literal is expected')
    at += 1
    return token
  }
  const comparison = (): Condition => {
    const left = operand()
    if (left.kind !== 'name') throw new Error('a comparison begins with a variable')
    const operator = peek()
    if (operator?.kind !== 'operator' || !COMPARISONS.has(operator.text))
      return { kind: 'test', variable: left.text }
    at += 1
    const right = operand()
    if (right.kind !== 'literal') throw new Error('a variable is compared with a literal')
    return { kind: 'compare', variable: left.text, operator: operator.text, literal: right.value }
  }
  const condition = or()
  const rest = peek()
  if (rest !== undefined) throw new Error(`'${rest.text}' is not expected`)
  return condition
}

function tokenize(input: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (input.slice(at).trim() !== '') {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(input)
    if (match === null) throw new Error(`'${input.slice(at).trim().charAt(0)}' is not allowed`)
    at = TOKEN.lastIndex
    const [, operator, number, quoted, word] = match
    if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, value: null })
    else if (number !== undefined)
      tokens.push({ kind: 'literal', text: number, value: Number(number) })
    else if (quoted !== undefined)
      tokens.push({ kind: 'literal', text: quoted, value: quoted.slice(1, -1) })
    else tokens.push(wordToken(word ?? ''))
  }
  return tokens
}

function wordToken(word: string): Token {
  const operator = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
  if (operator !== undefined) return { kind: 'operator', text: operator, value: null }
  if (LITERALS.has(word))
    return { kind: 'literal', text: word, value: word === 'null' ? null : word === 'true' }
  if (RESERVED.has(word)) throw new Error(`'${word}' may not be used`)
  return { kind: 'name', text: word, value: null }
}

/** Every comparison and bare test in it, with its variable. */
export function leavesOf(condition: Condition): Extract<Condition, { variable: string }>[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.parts.flatMap(leavesOf)
    case 'not':
      return leavesOf(condition.part)
    case 'test':
    case 'compare':
      return [condition]
  }
}

/** True when the condition can hold only if the boolean variable is true. */
export function demands(condition: Condition, variable: string): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.some((part) => demands(part, variable))
    case 'or':
      return condition.parts.every((part) => demands(part, variable))
    case 'not':
      return false
    case 'test':
      return condition.variable === variable
    case 'compare':
      return (
        condition.variable === variable &&
        ((condition.operator === '==' && condition.literal === true) ||
          (condition.operator === '!=' && condition.literal === false))
      )
  }
}
