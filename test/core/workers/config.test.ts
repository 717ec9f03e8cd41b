import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../core/configuration/read-environment.ts'
import { readConfig } from '../../../workers/config.ts'

const complete = {
  DATABASE_URL: 'postgresql://yichuang_app:secret@127.0.0.1/yichuang',
  ENGINE_URL: 'http://127.0.0.1:8081/engine-rest',
  ENGINE_API_TOKEN: 'a'.repeat(24),
  ENGINE_WORKER_TOKEN: 'b'.repeat(24),
  FILE_STORE: 'files',
  SESSION_KEY: Buffer.alloc(32).toString('base64'),
  EMS_URL: 'http://127.0.0.1:8083/ems',
  EMS_SENDER_NO: '1',
  EMS_AUTHORIZATION: 'x',
  EMS_SIGN_KEY: 'MDEyMzQ1Njc4OWFiY2RlZg==',
  SMS_URL: 'http://127.0.0.1:8083/sms',
  SMS_ACCESS_KEY_ID: 'x',
  SMS_ACCESS_KEY_SECRET: 'x',
  SMS_SIGN_NAME: '天河政务服务',
  SMTP_HOST: '127.0.0.1',
  MAIL_FROM: 'hall@tianhe.example',
}

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    return error instanceof ConfigError ? error.faults : [String(error)]
  }
}

describe('the environment of the workers', () => {
  it('is complete with what docs/operations.md asks for; numbers are numbers', () => {
    const config = readConfig({ ...complete, WORKER_PARALLEL: '4', SMTP_USER: ' ' })
    expect(config).toMatchObject({ WORKER_PARALLEL: 4, WORKER_MAX_TASKS: 50, SMTP_PORT: 25 })
    expect(config.SMTP_USER).toBeUndefined()
  })

  it('is refused with every fault named at once, and no value repeated', () => {
    const faults = faultsOf({
      ...complete,
      EMS_SIGN_KEY: 'not-a-key',
      DATABASE_URL: '',
      WORKER_ID: 'no spaces please',
    })
    expect(faults.map((fault) => fault.split(' ')[0]).toSorted()).toEqual([
      'DATABASE_URL',
      'EMS_SIGN_KEY',
      'WORKER_ID',
    ])
    expect(faults.join()).not.toMatch(/not-a-key|no spaces/)
  })

  it('wants both of user and password', () => {
    expect(faultsOf({ ...complete, SMTP_USER: 'hall' })).toHaveLength(1)
  })
})
