import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { roleUrls } from '../../core/database/prepare-cluster.ts'
import { ConfigError } from '../../core/configuration/read-environment.ts'
import { readConfig } from '../../server/config.ts'
import { childEnvironments } from '../child-environment.ts'
import { runningStart } from '../data-folder.ts'
import { refuseTakenPorts } from '../ports.ts'
import { root } from '../prerequisites.mjs'
import { openSecrets } from '../secrets.ts'
import { isStartProblem } from '../start-problems.ts'
import { readStartSettings, type StartSettings } from '../start-settings.ts'

import { fail, ok, type Environment, type Finding } from './finding.ts'

export interface Installation {
  readonly env: Environment
  /** Told in the table's head: whether variables or the data folder of `npm start` are examined. */
  readonly zh: string
  readonly en: string
  readonly findings: readonly Finding[]
}

/**
 * What to examine: an installation described by variables when DATABASE_URL is set, else that of
 * `npm start`, whose variables are put together from its data folder.
 */
export async function findInstallation(inherited: NodeJS.ProcessEnv): Promise<Installation> {
  if (inherited['DATABASE_URL']) {
    return {
      env: inherited,
      zh: '按环境变量检查',
      en: 'examined: the environment',
      findings: [checkServerSettings(inherited)],
    }
  }
  const settings = readStartSettings(inherited, root)
  const path = resolve(settings.dataDir)
  const secretsFile = join(path, 'secrets.json')
  if (!existsSync(secretsFile)) {
    return {
      env: inherited,
      zh: `没有 DATABASE_URL，${path} 里也没有 npm start 的数据`,
      en: `neither DATABASE_URL nor data of npm start in ${path}`,
      findings: [],
    }
  }
  const secrets = openSecrets(secretsFile, true)
  const urls = roleUrls(
    `postgresql://127.0.0.1:${settings.ports.postgres}/postgres`,
    {
      owner: secrets.postgresOwner,
      app: secrets.postgresApp,
      engine: secrets.postgresEngine,
    },
    'yichuang',
  )
  const folder = { files: join(path, 'files'), partners: join(path, 'partners') }
  const { office } = childEnvironments(settings, folder, secrets, urls, inherited)
  return {
    env: office,
    zh: `检查 npm start 的数据目录 ${path}`,
    en: `examined: the data folder ${path} of npm start`,
    findings: [
      checkServerSettings(office),
      checkSecretsFile(secretsFile),
      await checkPorts(settings, path),
    ],
  }
}

function checkServerSettings(env: Environment): Finding {
  try {
    readConfig(env)
    return ok('settings', '服务的环境变量齐全', 'the variables of the server are complete')
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return fail(
      'settings',
      ['服务的环境变量有误', 'variables of the server are wrong'],
      [error.faults.join(' '), error.faults.join(' ')],
    )
  }
}

function checkSecretsFile(file: string): Finding {
  const mode = statSync(file).mode & 0o777
  readFileSync(file)
  if ((mode & 0o077) !== 0) {
    return fail(
      'secrets',
      [
        `别人也能读 ${file}（${mode.toString(8)}）`,
        `others may read ${file} (${mode.toString(8)})`,
      ],
      [`chmod 600 ${file}`, `chmod 600 ${file}`],
    )
  }
  return ok('secrets', '密钥文件只有属主可读', 'the secrets file is readable by its owner only')
}

/** Taken ports are right while `npm start` runs on this folder, and in its way when it does not. */
async function checkPorts(settings: StartSettings, dataDir: string): Promise<Finding> {
  const ports = Object.values(settings.ports).join(' ')
  const holder = runningStart(dataDir)
  if (holder !== undefined) {
    return ok('ports', `npm start 正在运行（进程 ${holder}）`, `npm start runs (process ${holder})`)
  }
  try {
    await refuseTakenPorts(settings)
    return ok('ports', `端口空闲：${ports}`, `the ports are free: ${ports}`)
  } catch (error) {
    if (!isStartProblem(error)) throw error
    return fail('ports', ['端口不可用', 'a port is not available'], [error.zh, error.en])
  }
}
