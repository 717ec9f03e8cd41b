/** FEEL (the expression language of DMN) over the answers of a form, by the library that form-js uses. */
import { createHash } from 'node:crypto'
import { date, evaluate, parseExpression } from 'feelin'
import { LRUCache } from 'lru-cache'

export interface FeelScope {
  readonly form: Readonly<Record<string, unknown>>
  /** material code -> file count */
  readonly materials?: Readonly<Record<string, number>>
  /** yyyy-mm-dd in Asia/Shanghai */
  readonly today?: string
}

/** Names an expression may use beside the keys of the form. */
export const FEEL_NAMES = ['materials', 'today'] as const

/**
 * What an expression says depends on the values of its names and on nothing else, and a case asks the same many times
 * (check, filing, each act). By hash, and only yes and no: nothing an applicant wrote stays in memory for it.
 */
const answers = new LRUCache<string, boolean>({ max: 5_000 })

/**
 * @param keys every key of the form: a field without an answer is null, as FEEL wants it, not an unknown name
 * @throws when the expression is not FEEL; checked packages hold none such
 */
export function evaluateFeel(
  expression: string,
  scope: FeelScope,
  keys: readonly string[],
): unknown {
  const given: Record<string, unknown> = {}
  // Not by reading it: what a name is depends on which names there are (a key may be called `external`).
  const reads = (name: string) => expression.includes(name)
  for (const key of keys) if (reads(key)) given[key] = scope.form[key] ?? null
  if (reads('materials')) given['materials'] = scope.materials ?? {}
  if (reads('today')) given['today'] = scope.today ?? null
  const asked = createHash('sha256')
    .update(`${expression}\n${JSON.stringify(given)}`)
    .digest('base64')
  const answered = answers.get(asked)
  if (answered !== undefined) return answered
  const day = scope.today
  const context = reads('today') && day !== undefined ? { ...given, today: date(day) } : given
  const { value } = evaluate(expression, context)
  if (typeof value === 'boolean') answers.set(asked, value)
  return value
}

/** Read the machine's clock: the office's day is given as `today`. */
const CLOCK_FUNCTIONS = new Set(['now', 'today'])

/**
 * Reads an expression without running it.
 * @returns what is wrong with it, or undefined
 */
export function faultInFeel(
  expression: string,
  known: ReadonlySet<string>,
): { zh: string; en: string } | undefined {
  const context = Object.fromEntries([...known].map((name) => [name, null]))
  const tree = parseExpression(expression, context, undefined)
  let fault: { zh: string; en: string } | undefined
  const say = (zh: string, en: string) => (fault ??= { zh, en })
  const locals = localNames(tree, expression)
  tree.iterate({
    enter(node) {
      const text = expression.slice(node.from, node.to)
      if (node.type.isError)
        say(`第${node.from + 1}个字符处不是合法的FEEL`, `not FEEL at character ${node.from + 1}`)
      else if (node.name === 'VariableName') {
        const called = expression.slice(node.to).trimStart().startsWith('(')
        if (called && CLOCK_FUNCTIONS.has(text))
          say(`不得调用${text}()，请用 today`, `${text}() may not be called, use the name today`)
        else if (called ? !isBuiltin(text) : !known.has(text) && !locals.has(text))
          say(`不认识的名称${text}`, `unknown name ${text}`)
      } else if (node.name === 'FunctionDefinition')
        say('不得定义函数', 'functions may not be defined')
      return fault === undefined
    },
  })
  return fault
}

function isBuiltin(name: string): boolean {
  return !evaluate(name).warnings.some((warning) => warning.type === 'NO_VARIABLE_FOUND')
}

type Tree = ReturnType<typeof parseExpression>

/** Names bound by the expression itself: `some x in list satisfies x > 1`. */
function localNames(tree: Tree, expression: string): ReadonlySet<string> {
  const names = new Set<string>()
  tree.iterate({
    enter(node) {
      if (node.name === 'InExpression') {
        const [name] = expression.slice(node.from, node.to).split(/\s+in\s+/)
        if (name !== undefined) names.add(name.trim())
      }
    },
  })
  return names
}
