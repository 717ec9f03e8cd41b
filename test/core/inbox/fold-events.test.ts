import { describe, expect, it } from 'vitest'

import type { EngineEvent } from '../../../contracts/engine-events.ts'
import { foldEvents } from '../../../core/inbox/fold-events.ts'

const wait = (k: 'wait.start' | 'wait.end', ai: string): EngineEvent => ({
  k,
  ai,
  pi: 'pi',
  act: 'Task_A',
  type: 'serviceTask',
  at: 1,
})

describe('folding a batch', () => {
  it('forgets a wait that begins and ends inside it', () => {
    const effect = foldEvents([
      wait('wait.start', 'a'),
      wait('wait.end', 'a'),
      wait('wait.start', 'b'),
    ])
    expect([...effect.waitsOpened.keys()]).toEqual(['b'])
    expect([...effect.waitsClosed.keys()]).toEqual([])
  })

  it('closes a wait of an earlier batch', () => {
    expect([...foldEvents([wait('wait.end', 'old')]).waitsClosed.keys()]).toEqual(['old'])
  })

  it('keeps a task that is made and done in one batch, done at its first end', () => {
    const effect = foldEvents([
      { k: 'task.create', pi: 'pi', task: 't', at: 1 },
      { k: 'task.complete', pi: 'pi', task: 't', at: 2 },
      { k: 'task.delete', pi: 'pi', task: 't', at: 3 },
    ])
    expect(effect.tasksOpened.get('t')?.at).toBe(1)
    expect(effect.tasksClosed.get('t')?.at).toBe(2)
  })
})
