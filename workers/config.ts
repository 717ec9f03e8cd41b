import { Type, type Static } from 'typebox'
import {
  ConfigError,
  readEnvironment,
  type Environment,
} from '../core/configuration/read-environment.ts'

const Url = Type.String({ pattern: '^https?://' })
const Key = Type.String({ minLength: 1, maxLength: 500 })

/** The workers' environment; docs/operations.md holds the table a person reads. Blank counts as absent. */
export const WorkersEnvironment = Type.Object({
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://' }),
  DATABASE_POOL: Type.Integer({ minimum: 4, maximum: 100, default: 10 }),
  ENGINE_URL: Url,
  ENGINE_API_TOKEN: Type.String({ minLength: 24 }),
  ENGINE_WORKER_TOKEN: Type.String({ minLength: 24 }),
  FILE_STORE: Key,
  PUBLIC_URL: Type.String({ pattern: '^https?://[^/?#]+$', default: 'http://127.0.0.1:8080' }),
  SESSION_KEY: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }),
  EMS_URL: Url,
  EMS_SENDER_NO: Key,
  EMS_AUTHORIZATION: Key,
  EMS_SIGN_KEY: Type.String({ pattern: '^[A-Za-z0-9+/]{22}==$' }),
  SMS_URL: Url,
  SMS_ACCESS_KEY_ID: Key,
  SMS_ACCESS_KEY_SECRET: Key,
  SMS_SIGN_NAME: Type.String({ minLength: 1, maxLength: 20 }),
  SMTP_HOST: Key,
  SMTP_PORT: Type.Integer({ minimum: 1, maximum: 65535, default: 25 }),
  SMTP_USER: Type.Optional(Key),
  SMTP_PASSWORD: Type.Optional(Key),
  MAIL_FROM: Type.String({ pattern: '^[^\\s<>,;@]+@[^\\s<>,;@]+$' }),
  /** the counter that sends and receives parcels */
  HALL_NAME: Type.String({ minLength: 1, maxLength: 50, default: '天河区政务服务中心邮件窗口' }),
  HALL_PHONE: Type.String({
    pattern: '^(1[3-9]\\d{9}|0\\d{2,3}-?\\d{7,8})$',
    default: '020-38622000',
  }),
  HALL_PROVINCE: Type.String({ minLength: 2, maxLength: 20, default: '广东省' }),
  HALL_CITY: Type.String({ minLength: 2, maxLength: 20, default: '广州市' }),
  HALL_COUNTY: Type.String({ minLength: 2, maxLength: 20, default: '天河区' }),
  HALL_ADDRESS: Type.String({
    minLength: 2,
    maxLength: 100,
    default: '软件路13号政务服务中心一楼',
  }),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const, {
    default: 'info',
  }),
  /** empty = host:pid:boot, unique by construction */
  WORKER_ID: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })),
  WORKER_MAX_TASKS: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  WORKER_PARALLEL: Type.Integer({ minimum: 1, maximum: 200, default: 16 }),
  WORKERS_HOST: Type.String({ default: '127.0.0.1' }),
  /** health page; no page without it */
  WORKERS_PORT: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
})
export type WorkersEnvironment = Static<typeof WorkersEnvironment>

/** What to do about each variable that is wrong; the sentence a person reads. */
const REMEDIES: Readonly<Record<string, string>> = {
  DATABASE_URL: 'set it to postgresql://yichuang_app:<password>@<host>:<port>/yichuang',
  DATABASE_POOL: 'set it to 4-100 connections',
  ENGINE_URL: 'set it to the REST address of the engine host, ending in /engine-rest',
  ENGINE_API_TOKEN: 'set it to the API token of the engine host, 24 characters or more',
  ENGINE_WORKER_TOKEN: 'set it to the worker token of the engine host, 24 characters or more',
  FILE_STORE: 'set it to the folder the server uses too',
  PUBLIC_URL: 'set it to scheme://host[:port] as people type it, without a path',
  SESSION_KEY: 'set it to the same 32 random bytes in base64 as the server',
  EMS_URL: 'set it to the address of the post office interface',
  EMS_SIGN_KEY: 'set it to the 16-byte SM4 key in base64 the post office gave you',
  SMS_URL: 'set it to the address of the message service',
  SMTP_PORT: 'set it to the port of the mail server',
  MAIL_FROM: 'set it to a bare address such as hall@example.org',
  LOG_LEVEL: 'set it to fatal, error, warn, info, debug, trace or silent',
  WORKER_ID: 'leave it empty, or use letters, digits and _ . : - only',
}

/** @throws ConfigError */
export function readConfig(env: Environment): WorkersEnvironment {
  const config = readEnvironment(WorkersEnvironment, env, REMEDIES)
  if ((config.SMTP_USER === undefined) !== (config.SMTP_PASSWORD === undefined)) {
    throw new ConfigError(['SMTP_USER and SMTP_PASSWORD belong together: set both or neither.'])
  }
  return config
}
