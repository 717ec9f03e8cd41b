import { connect } from 'node:net'

import { fail, ok, warn, wordsOf, type Environment, type Finding } from './finding.ts'

const TIMEOUT_MS = 5_000

/** The engine answers, refuses strangers, and knows both of our accounts. */
export async function checkEngine(env: Environment): Promise<Finding> {
  const url = env['ENGINE_URL']?.replace(/\/+$/, '')
  if (!url || !URL.canParse(url)) {
    return fail(
      'engine',
      ['ENGINE_URL 没有设置或不是地址', 'ENGINE_URL is not set or no address'],
      ['设为 http://<主机>:8081/engine-rest', 'set it to http://<host>:8081/engine-rest'],
    )
  }
  try {
    if ((await get(`${url}/version`)).status !== 401) {
      return fail(
        'engine',
        ['引擎不要求令牌', 'the engine asks for no token'],
        ['换成本仓库的 engine-host.jar', 'run engine-host.jar of this repository'],
      )
    }
    for (const name of ['ENGINE_API_TOKEN', 'ENGINE_WORKER_TOKEN']) {
      const token = env[name] ?? ''
      const answer = await get(`${url}/version`, { authorization: `Bearer ${token}` })
      if (answer.status !== 200) {
        return fail(
          'engine',
          [`引擎不认 ${name}（${answer.status}）`, `the engine refuses ${name} (${answer.status})`],
          ['两边设为同一个值', 'set the same value on both sides'],
        )
      }
    }
    const health = await get(new URL('/healthz', url).href)
    if (health.status !== 200) {
      return fail(
        'engine',
        ['引擎在运行，但连不上它的数据库', 'the engine runs but its database does not answer'],
        ['核对 ENGINE_DATABASE_URL', 'check ENGINE_DATABASE_URL'],
      )
    }
    const { product, version } = JSON.parse(health.text) as Record<string, string>
    return ok('engine', `${product} ${version} 可用`, `${product} ${version} answers`)
  } catch (error) {
    return fail(
      'engine',
      [`连不上引擎：${wordsOf(error)}`, `the engine cannot be reached: ${wordsOf(error)}`],
      ['核对 ENGINE_URL、引擎是否在运行', 'check ENGINE_URL and whether the engine runs'],
    )
  }
}

/** The server's own health page, when this machine is to run one. */
export async function checkServer(env: Environment): Promise<Finding> {
  const url = `http://${env['HOST'] || '127.0.0.1'}:${env['PORT'] || '8080'}`
  try {
    const { status, text } = await get(`${url}/readyz`)
    if (status === 200) return ok('server', `服务在 ${url}`, `the server answers at ${url}`)
    return fail(
      'server',
      [`${url}/readyz 答 ${status} ${text}`, `${url}/readyz answers ${status} ${text}`],
      [
        '看其中为 false 的一项和服务的日志',
        'see the check that is false, and the log of the server',
      ],
    )
  } catch {
    return warn(
      'server',
      [`${url} 上没有服务在运行`, `no server runs at ${url}`],
      ['npm start，或 npm run start:server', 'npm start, or npm run start:server'],
    )
  }
}

/** Any answer proves the way there; no order is placed and no message sent. */
export async function checkPartners(env: Environment): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const name of ['EMS_URL', 'SMS_URL'] as const) {
    const check = name === 'EMS_URL' ? 'partner-ems' : 'partner-sms'
    const url = env[name]
    if (!url || !URL.canParse(url)) {
      findings.push(
        fail(
          check,
          [`${name} 没有设置或不是地址`, `${name} is not set or no address`],
          ['设为伙伴给的接口地址', 'set it to the address the partner gave you'],
        ),
      )
      continue
    }
    try {
      await get(url)
      findings.push(ok(check, `${new URL(url).host} 可达`, `${new URL(url).host} is reachable`))
    } catch (error) {
      findings.push(unreachable(check, new URL(url).host, name, error))
    }
  }
  findings.push(await checkMail(env))
  return findings
}

async function checkMail(env: Environment): Promise<Finding> {
  const host = env['SMTP_HOST'] || '127.0.0.1'
  const port = Number(env['SMTP_PORT'] || 25)
  try {
    const greeting = await firstLine(host, port)
    if (!greeting.startsWith('220'))
      throw new Error(`no SMTP greeting but "${greeting.slice(0, 60)}"`)
    return ok('partner-mail', `${host}:${port} 可达`, `${host}:${port} is reachable`)
  } catch (error) {
    return unreachable('partner-mail', `${host}:${port}`, 'SMTP_HOST, SMTP_PORT', error)
  }
}

function unreachable(check: string, host: string, variable: string, error: unknown): Finding {
  return fail(
    check,
    [`${host} 不可达：${wordsOf(error)}`, `${host} cannot be reached: ${wordsOf(error)}`],
    [`核对 ${variable}、网络与防火墙`, `check ${variable}, the network and the firewall`],
  )
}

/** The issuer's own description must name the issuer we were told. */
export async function checkIssuer(env: Environment): Promise<Finding> {
  const embedded = !env['OIDC_ISSUER']
  const publicUrl = (env['PUBLIC_URL'] || 'http://127.0.0.1:8080').replace(/\/+$/, '')
  const issuer = env['OIDC_ISSUER'] || `${publicUrl}/oidc`
  try {
    const answer = await get(`${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`)
    const described = (JSON.parse(answer.text) as { issuer?: unknown }).issuer
    if (answer.status !== 200 || described !== issuer) {
      throw new Error(`status ${answer.status}, issuer ${String(described)}`)
    }
    return embedded
      ? ok('oidc', '内置登录（演示用户）', 'embedded sign-in (demo users)')
      : ok('oidc', `登录由 ${issuer} 提供`, `sign-in by ${issuer}`)
  } catch (error) {
    const words = [
      `登录服务 ${issuer} 不可用：${wordsOf(error)}`,
      `the issuer ${issuer} is not usable: ${wordsOf(error)}`,
    ] as const
    return embedded
      ? warn('oidc', words, ['先启动服务', 'start the server first'])
      : fail('oidc', words, ['核对 OIDC_ISSUER', 'check OIDC_ISSUER'])
  }
}

async function get(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, {
    headers,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  return { status: answer.status, text: await answer.text() }
}

function firstLine(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS })
    socket.once('data', (chunk) => {
      socket.end('QUIT\r\n')
      resolve(chunk.toString('latin1').split('\r\n')[0] ?? '')
    })
    socket.once('timeout', () => socket.destroy(new Error('no answer in time')))
    socket.once('error', reject)
  })
}
