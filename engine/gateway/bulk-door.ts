/** One of the host's bulk doors (engine/host/README.md): many commands in one request, each with an answer of its own. */
import type { RawAnswer } from './engine-answer.ts'
import type { EngineHttp } from './engine-http.ts'
import { EngineFault } from './engine-fault.ts'
import { gatherCalls } from './gather-calls.ts'

export interface BulkDoorOptions<Command> {
  readonly http: Pick<EngineHttp, 'send'>
  readonly path: string
  /** the body of the request around its commands */
  readonly envelope: (commands: readonly Command[]) => object
}

/** The host takes 200; fewer bound how long the last answer waits for the first command. */
const MOST = 50
/** Said of a body as a whole. One command with a word the guard refuses must not hold up its neighbours. */
const REFUSED_AS_A_WHOLE: readonly number[] = [400, 403, 413, 415]

/** @returns asks one command and gives what the engine's single call would have answered; gathers by itself */
export function bulkDoor<Command>(
  options: BulkDoorOptions<Command>,
): (command: Command) => Promise<RawAnswer> {
  const { http, path, envelope } = options

  async function send(commands: readonly Command[]): Promise<readonly RawAnswer[]> {
    const answer = await http.send('POST', path, envelope(commands))
    if (answer.status === 200) return answersOf(answer.body, commands.length)
    if (commands.length === 1 || !REFUSED_AS_A_WHOLE.includes(answer.status)) {
      return commands.map(() => answer)
    }
    const answers: RawAnswer[] = []
    for (const command of commands) answers.push(...(await send([command])))
    return answers
  }

  function answersOf(body: unknown, count: number): readonly RawAnswer[] {
    if (Array.isArray(body) && body.length === count && body.every(isAnswer)) return body
    throw new EngineFault(`POST ${path} gave no answer to each of its ${count} commands`)
  }

  return gatherCalls({ send, most: MOST })
}

function isAnswer(answer: unknown): answer is RawAnswer {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    typeof (answer as { status?: unknown }).status === 'number'
  )
}
