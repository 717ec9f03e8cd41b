import { parseArgs } from 'node:util'

export const COMPARISONS = ['case', 'status', 'inbox'] as const
export type Comparison = (typeof COMPARISONS)[number]

export interface BenchOptions {
  readonly json: boolean
  readonly only: readonly Comparison[]
  /** turns of each side; odd rounds begin with ours, even rounds with the engine */
  readonly rounds: number
  /** whole cases in each turn of the case comparison */
  readonly cases: number
  /** whole cases of each side before anything is counted: both JVMs compile their hot paths (at 150 a third of their time) */
  readonly warmUp: number
  /** people at work at once in the case comparison, on both sides */
  readonly concurrency: number
  /** open and closed cases on both sides of the status and inbox comparisons */
  readonly rows: number
  /** length of one turn of the status and inbox comparisons */
  readonly seconds: number
  readonly connections: number
  /** first of ten ports in a row */
  readonly port: number
  /** leaves the data folder (clusters, logs, CPU profiles) where it is */
  readonly keep: boolean
  /** --cpu-prof on our server and workers; profiles land in the data folder. Slows us down: not for figures. */
  readonly profile: boolean
}

/** @throws a sentence naming the option that is wrong */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string', default: COMPARISONS.join(',') },
      rounds: { type: 'string', default: '5' },
      cases: { type: 'string', default: '60' },
      'warm-up': { type: 'string', default: '400' },
      concurrency: { type: 'string', default: '8' },
      rows: { type: 'string', default: '100000' },
      seconds: { type: 'string', default: '6' },
      connections: { type: 'string', default: '16' },
      port: { type: 'string', default: '30000' },
      keep: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  })
  const whole = (name: string, text: string, least: number) => {
    const number = Number(text)
    if (!Number.isInteger(number) || number < least)
      throw new Error(`--${name} ${text}: give a whole number from ${least}`)
    return number
  }
  const only = values.only.split(',')
  const unknown = only.find((name) => !(COMPARISONS as readonly string[]).includes(name))
  if (unknown !== undefined) throw new Error(`--only ${unknown}: give ${COMPARISONS.join(', ')}`)
  return {
    json: values.json,
    only: COMPARISONS.filter((name) => only.includes(name)),
    rounds: whole('rounds', values.rounds, 1),
    cases: whole('cases', values.cases, 1),
    warmUp: whole('warm-up', values['warm-up'], 1),
    concurrency: whole('concurrency', values.concurrency, 1),
    rows: whole('rows', values.rows, 100),
    seconds: whole('seconds', values.seconds, 1),
    connections: whole('connections', values.connections, 1),
    port: whole('port', values.port, 1024),
    keep: values.keep,
    profile: values.profile,
  }
}
