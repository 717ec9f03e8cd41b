import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../../engine/gateway/engine-answer.ts'
import { readTaskError } from '../../../workers/engine-error.ts'

// Recorded from the engine while PostgreSQL was being restarted (test/faults, row 4).
const WITHOUT_DATABASE = {
  type: 'CannotCreateTransactionException',
  message: 'Could not open JDBC Connection for transaction',
}
const NO_WAY_ON = {
  type: 'ProcessEngineException',
  message:
    "ENGINE-02004 No outgoing sequence flow for the element with id 'Gateway_1' could be selected for continuing the process.",
}

describe('a 500 of the engine', () => {
  it('without its database is a command to repeat, not one for an operator', () => {
    expect(readAnswer('start', { status: 500, body: WITHOUT_DATABASE })).toEqual({
      kind: 'retry',
      reason: 'CannotCreateTransactionException',
    })
    expect(
      readTaskError({
        httpStatusCode: 500,
        type: WITHOUT_DATABASE.type,
        engineMsg: WITHOUT_DATABASE.message,
      }),
    ).toBe('again')
  })

  it('that lost its connection in the midst of a start or a flush is repeated as well', () => {
    const words =
      'An exception occurred in the persistence layer. Please check the server logs for a detailed message and the entire exception stack trace.'
    for (const body of [
      { type: 'ProcessEnginePersistenceException', message: words },
      { type: 'RestException', message: `Cannot instantiate process definition x:1:y: ${words}` },
    ]) {
      expect(readAnswer('start', { status: 500, body })).toMatchObject({ kind: 'retry' })
      const tooLong = { ...body, code: 10_002 }
      expect(readAnswer('start', { status: 500, body: tooLong })).toMatchObject({ kind: 'refused' })
    }
  })

  it('without a way on in the diagram stays a refusal', () => {
    expect(readAnswer('complete', { status: 500, body: NO_WAY_ON })).toMatchObject({
      kind: 'refused',
      type: 'ProcessEngineException',
    })
    expect(
      readTaskError({
        httpStatusCode: 500,
        type: NO_WAY_ON.type,
        engineMsg: NO_WAY_ON.message,
      }),
    ).toBe('refused')
  })
})
