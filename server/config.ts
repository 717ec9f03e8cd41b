import { Type, type Static } from 'typebox'
import {
  ConfigError,
  readEnvironment,
  type Environment,
} from '../core/configuration/read-environment.ts'

/** The server's environment; docs/operations.md holds the table a person reads. Blank counts as absent. */
export const ServerEnvironment = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8080 }),
  /** what stands in the browser's address bar; links, cookies, the Origin check and OIDC derive from it */
  PUBLIC_URL: Type.String({ pattern: '^https?://[^/?#]+$', default: 'http://127.0.0.1:8080' }),
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://' }),
  DATABASE_POOL: Type.Integer({ minimum: 2, maximum: 100, default: 8 }),
  ENGINE_URL: Type.String({ pattern: '^https?://' }),
  ENGINE_API_TOKEN: Type.String({ minLength: 24 }),
  FILE_STORE: Type.String({ minLength: 1 }),
  /** the built designer's pages (npm run build:web) */
  MODELER_UI: Type.String({ default: 'modeler-ui/dist' }),
  SESSION_KEY: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }),
  OIDC_ISSUER: Type.Optional(Type.String({ pattern: '^https?://' })),
  OIDC_CLIENT_ID: Type.String({ default: 'yichuang' }),
  OIDC_CLIENT_SECRET: Type.Optional(Type.String({ minLength: 1 })),
  DEMO_PASSWORD: Type.Optional(Type.String({ minLength: 8 })),
  EMS_SENDER_NO: Type.Optional(Type.String({ minLength: 1 })),
  EMS_AUTHORIZATION: Type.Optional(Type.String({ minLength: 1 })),
  EMS_SIGN_KEY: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9+/]{22}==$' })),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const, {
    default: 'info',
  }),
  /** true, or the addresses of the proxies in front, separated by commas */
  TRUST_PROXY: Type.String({ default: 'false' }),
  /** requests a minute and address on the doors that write; 0 = no limit (bench) */
  RATE_LIMIT: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 1200 }),
  STREAM_LIMIT: Type.Integer({ minimum: 1, maximum: 100_000, default: 1000 }),
})
export type ServerEnvironment = Static<typeof ServerEnvironment>

/** What to do about each variable that is wrong; the sentence a person reads. */
const REMEDIES: Readonly<Record<string, string>> = {
  HOST: 'set it to the address to listen on, e.g. 127.0.0.1',
  PORT: 'set it to a free port, 0-65535',
  PUBLIC_URL: 'set it to scheme://host[:port] as the browser sees it, without a path',
  DATABASE_URL: 'set it to postgresql://yichuang_app:<password>@<host>:<port>/yichuang',
  DATABASE_POOL: 'set it to 2-100 connections',
  ENGINE_URL: 'set it to the REST address of the engine host, ending in /engine-rest',
  ENGINE_API_TOKEN: 'set it to the API token of the engine host, 24 characters or more',
  FILE_STORE: 'set it to a folder the server may write',
  SESSION_KEY: 'set it to 32 random bytes in base64 (openssl rand -base64 32)',
  OIDC_ISSUER: 'set it to the issuer URL, or leave it empty for the embedded provider',
  DEMO_PASSWORD: 'set it to 8 characters or more',
  EMS_SIGN_KEY: 'set it to the 16-byte SM4 key in base64 the post office gave you',
  LOG_LEVEL: 'set it to fatal, error, warn, info, debug, trace or silent',
  RATE_LIMIT: 'set it to requests a minute, 0 for none',
  STREAM_LIMIT: 'set it to the number of status streams to keep open',
}

/** @throws ConfigError */
export function readConfig(env: Environment): ServerEnvironment {
  const config = readEnvironment(ServerEnvironment, env, REMEDIES)
  const unsafe = unsafeChoices(config)
  if (unsafe.length > 0) throw new ConfigError(unsafe)
  return config
}

function isLoopback(host: string): boolean {
  return ['127.0.0.1', '::1', '[::1]', 'localhost'].includes(host)
}

/** Valid one by one, but an open door together. */
function unsafeChoices(config: ServerEnvironment): string[] {
  const faults: string[] = []
  // Behind a proxy HOST is loopback and PUBLIC_URL is not.
  const site = new URL(config.PUBLIC_URL).hostname
  const local = isLoopback(config.HOST) && isLoopback(site)
  if (!config.OIDC_ISSUER && !local && !config.DEMO_PASSWORD)
    faults.push(
      `DEMO_PASSWORD is missing: with HOST=${config.HOST} and PUBLIC_URL at ${site} the embedded sign-in would be open to the network with a published password; set DEMO_PASSWORD, or OIDC_ISSUER to a real issuer.`,
    )
  for (const name of ['EMS_SENDER_NO', 'EMS_AUTHORIZATION', 'EMS_SIGN_KEY'] as const) {
    if (!local && config[name] === undefined)
      faults.push(
        `${name} is missing: with the published demo key anyone could forge a delivery; ${REMEDIES[name] ?? 'see docs/operations.md'}.`,
      )
  }
  if (config.OIDC_ISSUER && !config.OIDC_CLIENT_SECRET)
    faults.push('OIDC_CLIENT_SECRET is missing: set it to the secret the issuer gave this client.')
  if (config.OIDC_ISSUER && isRemoteHttp(config.OIDC_ISSUER))
    faults.push('OIDC_ISSUER is not valid: an issuer on another machine must be https.')
  return faults
}

function isRemoteHttp(issuer: string): boolean {
  const url = new URL(issuer)
  return url.protocol === 'http:' && !['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
}
