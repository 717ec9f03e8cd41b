import { describe, expect, it } from 'vitest'
import { bulkDoor } from '../../../engine/gateway/bulk-door.ts'
import { gatherCalls } from '../../../engine/gateway/gather-calls.ts'
import { readTaskError } from '../../../workers/engine-error.ts'
import { CompletionError } from '../../../workers/bulk-completion.ts'
import type { RawAnswer } from '../../../engine/gateway/engine-answer.ts'

describe('gathered calls', () => {
  it('go out at once when nothing is on its way, and together when something is', async () => {
    const sent: number[][] = []
    const ends: (() => void)[] = []
    const ask = gatherCalls<number, number>({
      most: 3,
      send: async (calls) => {
        sent.push([...calls])
        await new Promise<void>((resolve) => ends.push(resolve))
        return calls.map((call) => call * 10)
      },
    })
    const turn = () => new Promise((resolve) => setImmediate(resolve))

    const first = ask(1)
    await turn()
    expect(sent).toEqual([[1]])
    const later = [2, 3, 4, 5].map((call) => ask(call))
    await turn()
    expect(sent).toHaveLength(1)
    ends[0]?.()
    expect(await first).toBe(10)
    await turn()
    expect(sent).toEqual([[1], [2, 3, 4]])
    ends[1]?.()
    await turn()
    ends[2]?.()
    expect(await Promise.all(later)).toEqual([20, 30, 40, 50])
    expect(sent).toEqual([[1], [2, 3, 4], [5]])
  })

  it('that fail together fail for every caller, and the next batch is sent all the same', async () => {
    let broken = true
    const ask = gatherCalls<string, string>({
      most: 10,
      send: async (calls) => {
        if (broken) throw new Error('the connection was lost')
        return calls
      },
    })
    const lost = await Promise.allSettled([ask('a'), ask('b')])
    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    broken = false
    expect(await ask('c')).toBe('c')
  })
})

describe('a bulk door', () => {
  const asked: unknown[][] = []
  const door = (send: (commands: readonly string[]) => RawAnswer) => {
    asked.length = 0
    return bulkDoor<string>({
      path: '/bulk/command',
      envelope: (commands) => ({ commands }),
      http: {
        send: async (_method, _path, body) => {
          const { commands } = body as { commands: readonly string[] }
          asked.push([...commands])
          return send(commands)
        },
      },
    })
  }

  it('gives each command its own answer', async () => {
    const ask = door((commands) => ({
      status: 200,
      body: commands.map((command) => ({ status: command === 'stale' ? 404 : 200 })),
    }))
    const answers = await Promise.all(['good', 'stale'].map((command) => ask(command)))
    expect(answers).toEqual([{ status: 200 }, { status: 404 }])
    expect(asked).toEqual([['good', 'stale']])
  })

  it('asks one by one after a refusal of the whole, so that one poisoned command harms no other', async () => {
    const refused = { status: 403, body: { type: 'Forbidden' } }
    const ask = door((commands) =>
      commands.includes('poison')
        ? refused
        : { status: 200, body: commands.map(() => ({ status: 200 })) },
    )
    const answers = await Promise.all(['good', 'poison', 'fine'].map((command) => ask(command)))
    expect(answers).toEqual([{ status: 200 }, refused, { status: 200 }])
  })

  it.each([401, 429, 500, 503])('gives the answer %d to all of its commands', async (status) => {
    const ask = door(() => ({ status, body: undefined }))
    const answers = await Promise.all(['a', 'b'].map((command) => ask(command)))
    expect(answers.map((answer) => answer.status)).toEqual([status, status])
    expect(asked).toHaveLength(1)
  })

  it.each([[undefined], ['<html>'], [[]], [[{ ok: true }]]])(
    'takes a page, a short or a strange answer (%j) for no answer at all',
    async (body) => {
      const ask = door(() => ({ status: 200, body }))
      await expect(ask('a')).rejects.toThrow(/gave no answer/)
    },
  )
})

describe('the answer to one completion of many', () => {
  const read = (status: number, type?: string, message?: string, code?: number) =>
    readTaskError(new CompletionError({ status, body: { type, message, code } }))

  // As the host gives them (engine/host, EngineHostTrialTest).
  it('is read as the answer to a single one', () => {
    expect(read(404, 'NotFoundException', 'Cannot find external task with id x')).toBe('gone')
    expect(
      read(
        400,
        'BadUserRequestException',
        "External Task x cannot be completed by worker 'a'. It is locked by worker 'b'.",
      ),
    ).toBe('lost')
    expect(read(500, 'OptimisticLockingException', 'ENGINE-03005 …', 1)).toBe('again')
    expect(read(503)).toBe('again')
    expect(read(500, 'ProcessEngineException', 'ENGINE-02004 No outgoing sequence flow …')).toBe(
      'refused',
    )
  })
})
