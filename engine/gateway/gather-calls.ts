/**
 * Gathers calls into batches without making a lone one wait: what is asked in one turn of the event loop goes out
 * together, and while a batch is on its way the next one fills. So load makes the batches larger, not the queue longer.
 */
export interface GatherOptions<Call, Answer> {
  /** @returns one answer for each call, in order; a throw is every caller's throw */
  readonly send: (calls: readonly Call[]) => Promise<readonly Answer[]>
  readonly most: number
}

interface Waiting<Call, Answer> {
  readonly call: Call
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

export function gatherCalls<Call, Answer>(
  options: GatherOptions<Call, Answer>,
): (call: Call) => Promise<Answer> {
  const { send, most } = options
  const waiting: Waiting<Call, Answer>[] = []
  let sending = false

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) await sendBatch(waiting.splice(0, most))
    // In the same turn as the last look, so that no call falls between two rounds.
    sending = false
  }

  async function sendBatch(batch: readonly Waiting<Call, Answer>[]): Promise<void> {
    try {
      const answers = await send(batch.map(({ call }) => call))
      for (const [index, { resolve, reject }] of batch.entries()) {
        const answer = answers[index]
        if (answer === undefined) reject(new Error('a call of a batch got no answer'))
        else resolve(answer)
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return (call) =>
    new Promise((resolve, reject) => {
      waiting.push({ call, resolve, reject })
      if (sending) return
      sending = true
      setImmediate(() => void sendAll())
    })
}
