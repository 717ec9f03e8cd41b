import { join, resolve } from 'node:path'

import { startProblem } from './start-problems.ts'

export interface StartSettings {
  readonly root: string
  readonly dataDir: string
  readonly serverHost: string
  readonly ports: Readonly<Record<PortName, number>>
  /** Address people type; goes into papers, QR codes and the OIDC issuer. */
  readonly publicUrl: string
  readonly logLevel: string
  readonly oidcIssuer: string
  /** JVM flags of the engine. */
  readonly engineJavaOptions: readonly string[]
}

export type PortName = 'server' | 'engine' | 'postgres' | 'partners' | 'smtp'

/** Variable, default and what listens there. */
export const PORTS = {
  server: { variable: 'SERVER_PORT', byDefault: 8080, what: '服务 server' },
  engine: { variable: 'ENGINE_PORT', byDefault: 8081, what: '引擎 engine' },
  postgres: { variable: 'POSTGRES_PORT', byDefault: 8082, what: '数据库 PostgreSQL' },
  partners: { variable: 'PARTNERS_PORT', byDefault: 8083, what: '外部伙伴模拟 partner simulators' },
  smtp: { variable: 'PARTNERS_SMTP_PORT', byDefault: 8084, what: '邮件模拟 mail simulator' },
} as const satisfies Record<PortName, { variable: string; byDefault: number; what: string }>

/** Reads the variables of `npm start`; names every fault at once. */
export function readStartSettings(env: NodeJS.ProcessEnv, root: string): StartSettings {
  const faults: string[] = []
  const port = (name: PortName): number => {
    const { variable, byDefault } = PORTS[name]
    const text = env[variable]
    if (!text) return byDefault
    const number = Number(text)
    if (Number.isInteger(number) && number >= 1 && number <= 65_535) return number
    faults.push(`${variable}=${text} (1-65535)`)
    return byDefault
  }
  const ports = {
    server: port('server'),
    engine: port('engine'),
    postgres: port('postgres'),
    partners: port('partners'),
    smtp: port('smtp'),
  }
  const names = Object.keys(PORTS) as PortName[]
  for (const [index, name] of names.entries()) {
    const same = names.slice(0, index).find((other) => ports[other] === ports[name])
    if (same) faults.push(`${PORTS[same].variable} = ${PORTS[name].variable} = ${ports[name]}`)
  }
  const serverHost = env['SERVER_HOST'] || '127.0.0.1'
  const publicUrl = (env['PUBLIC_URL'] || `http://127.0.0.1:${ports.server}`).replace(/\/+$/, '')
  if (!URL.canParse(publicUrl)) faults.push(`PUBLIC_URL=${publicUrl}`)
  if (faults.length > 0) throw startProblem.settingInvalid(faults.join('; '))
  return {
    root,
    dataDir: resolve(root, env['DATA_DIR'] || join(root, '.data')),
    serverHost,
    ports,
    publicUrl,
    logLevel: env['LOG_LEVEL'] || 'info',
    oidcIssuer: env['OIDC_ISSUER'] ?? '',
    engineJavaOptions: (env['ENGINE_JAVA_OPTIONS'] || '-Xmx768m -XX:+UseSerialGC').split(/\s+/),
  }
}
