import { describe, expect, it } from 'vitest'
import { demoKeys } from '../../partners/demo-keys.ts'
import { readSettings } from '../../partners/settings.ts'

describe('the settings of the simulators', () => {
  it('given nothing, then the demo defaults on loopback', () => {
    expect(readSettings({})).toMatchObject({
      PARTNERS_HOST: '127.0.0.1',
      PARTNERS_PORT: 8083,
      PARTNERS_SMTP_PORT: 8084,
      EMS_SIGN_KEY: demoKeys.ems.signKey,
      EMS_AUTO_MS: 0,
    })
  })

  it('given variables, then they win, and an empty address switches the pushes off', () => {
    expect(readSettings({ PARTNERS_PORT: '0', EMS_PUSH_URL: '', UNKNOWN: 'x' })).toMatchObject({
      PARTNERS_PORT: 0,
      EMS_PUSH_URL: '',
    })
  })

  it.each([
    ['PARTNERS_PORT', 'eighty'],
    ['PARTNERS_PORT', '70000'],
    ['EMS_SIGN_KEY', 'secret-but-short'],
    ['SMS_REPORT_URL', 'ftp://somewhere'],
  ])('given %s=%s, then it is refused by name and not by value', (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(name)
    expect(() => readSettings({ [name]: value })).not.toThrow(value)
  })
})
