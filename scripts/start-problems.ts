/**
 * What can keep `npm start`, `npm test` and the other commands from working, each said in one
 * sentence with its remedy. The code is stable: documentation and tests name it.
 */
export interface StartProblem extends Error {
  readonly code: string
  readonly zh: string
  readonly en: string
}

function problem(code: string, zh: string, en: string, cause?: unknown): StartProblem {
  return Object.assign(new Error(en, { cause }), { name: 'StartProblem', code, zh, en })
}

export function isStartProblem(error: unknown): error is StartProblem {
  return error instanceof Error && error.name === 'StartProblem'
}

/** Three lines at most: code, Chinese, English. The machine's own words follow when there are any. */
export function sayProblem(error: StartProblem): string {
  const cause = error.cause instanceof Error ? firstLine(error.cause) : undefined
  return [
    `✗ ${error.code}`,
    `  ${error.zh}`,
    `  ${error.en}`,
    ...(cause ? [`  (${cause})`] : []),
  ].join('\n')
}

function firstLine(error: Error): string {
  const nested =
    error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined
  return (error.message || nested?.message || error.name).split('\n')[0]?.slice(0, 300) ?? ''
}

export const startProblem = {
  portInUse: (port: number, variable: string, what: string) =>
    problem(
      'PORT_IN_USE',
      `端口 ${port}（${what}）已被占用：停掉占用它的程序，或用 ${variable}=<别的端口> 重新启动。`,
      `Port ${port} (${what}) is in use: stop the program that holds it, or start again with ${variable}=<another port>.`,
    ),
  portForbidden: (port: number, variable: string, what: string, cause: unknown) =>
    problem(
      'PORT_FORBIDDEN',
      `不能在端口 ${port}（${what}）上监听：用 ${variable}=<1024 以上的端口> 重新启动。`,
      `Port ${port} (${what}) cannot be listened on: start again with ${variable}=<a port above 1024>.`,
      cause,
    ),
  settingInvalid: (faults: string) =>
    problem(
      'SETTING_INVALID',
      `环境变量有误：${faults}。改正后重新启动。`,
      `An environment variable is wrong: ${faults}. Correct it and start again.`,
    ),
  dataFolderUnusable: (folder: string, cause: unknown) =>
    problem(
      'DATA_FOLDER_UNUSABLE',
      `数据目录 ${folder} 不能读写：改正它的权限，或用 DATA_DIR=<别的目录> 重新启动。`,
      `The data folder ${folder} cannot be read and written: correct its permissions, or start again with DATA_DIR=<another folder>.`,
      cause,
    ),
  dataFolderUnreachable: (folder: string) =>
    problem(
      'DATA_FOLDER_UNREACHABLE',
      `PostgreSQL 以 postgres 用户运行，进不了 ${folder}：把仓库和数据放到它能进入的目录（如 /opt），或改用普通用户启动。`,
      `PostgreSQL runs as user postgres, which may not enter ${folder}: keep the checkout and the data where it may (such as /opt), or start as an ordinary user.`,
    ),
  dataFolderOfOtherUser: (folder: string) =>
    problem(
      'DATA_FOLDER_OF_OTHER_USER',
      `数据目录 ${folder} 属于另一个用户：用那个用户启动，或用 DATA_DIR=<别的目录> 重新启动。`,
      `The data folder ${folder} belongs to another user: start as that user, or start again with DATA_DIR=<another folder>.`,
    ),
  secretsUnreadable: (file: string, cause?: unknown) =>
    problem(
      'SECRETS_UNREADABLE',
      `密钥文件 ${file} 读不出：从备份恢复它，或用 DATA_DIR=<新目录> 从空库开始。`,
      `The secrets file ${file} cannot be understood: restore it from the backup, or start empty with DATA_DIR=<new folder>.`,
      cause,
    ),
  diskFull: (folder: string, freeMb: number, neededMb: number) =>
    problem(
      'DISK_FULL',
      `${folder} 所在磁盘只剩 ${freeMb} MB，至少需要 ${neededMb} MB：腾出空间，或用 DATA_DIR=<别的磁盘> 重新启动。`,
      `The disk of ${folder} has ${freeMb} MB left and ${neededMb} MB are needed: make room, or start again with DATA_DIR=<a folder on another disk>.`,
    ),
  alreadyRunning: (folder: string, pid: number) =>
    problem(
      'ALREADY_RUNNING',
      `同一数据目录 ${folder} 上已有一套在运行（进程 ${pid}）：先停掉它，或用 DATA_DIR 与另一组端口再启一套。`,
      `Another start already runs on the data folder ${folder} (process ${pid}): stop it first, or start a second one with its own DATA_DIR and ports.`,
    ),
  postgresUserMissing: () =>
    problem(
      'POSTGRES_USER_MISSING',
      'PostgreSQL 不能以 root 运行，而这台机器上既没有也建不了 postgres 用户：先运行 useradd --system postgres，或改用普通用户启动。',
      'PostgreSQL does not run as root, and the user postgres neither exists nor could be made: run useradd --system postgres first, or start as an ordinary user.',
    ),
  postgresMajorMismatch: (folder: string, stored: string, ours: string) =>
    problem(
      'POSTGRES_MAJOR_MISMATCH',
      `${folder} 是 PostgreSQL ${stored} 的数据，本版本带的是 PostgreSQL ${ours}：用原来的版本启动并迁移数据，或用 DATA_DIR=<新目录> 从空库开始。`,
      `${folder} was written by PostgreSQL ${stored}, and this checkout brings PostgreSQL ${ours}: start it with the old checkout and move the data, or start empty with DATA_DIR=<new folder>.`,
    ),
  postgresPasswordUnknown: (cause: unknown) =>
    problem(
      'POSTGRES_PASSWORD_UNKNOWN',
      '数据库不认识 secrets.json 里的密码：从备份恢复 secrets.json，或用 DATA_DIR=<新目录> 从空库开始。',
      'The database does not know the password in secrets.json: restore secrets.json from the backup, or start empty with DATA_DIR=<new folder>.',
      cause,
    ),
  postgresInitFailed: (folder: string, cause: unknown) =>
    problem(
      'POSTGRES_INIT_FAILED',
      `在 ${folder} 建库失败：看括号里的原话，改正后重新启动；没有留下半成品。`,
      `The database could not be made in ${folder}: read the words in brackets, correct and start again; nothing half-made was left.`,
      cause,
    ),
  postgresDied: (logFile: string) =>
    problem(
      'POSTGRES_DIED',
      `PostgreSQL 没有起来：原因在 ${logFile} 的末尾。`,
      `PostgreSQL did not come up: the reason is at the end of ${logFile}.`,
    ),
  childDied: (name: string, logFile: string, lastLine: string) =>
    problem(
      'PART_ENDED',
      `${name} 意外退出，其余部分随之停止：原因在 ${logFile}${lastLine && `（最后一行：${lastLine}）`}。`,
      `${name} ended unexpectedly and everything else is stopped: the reason is in ${logFile}${lastLine && ` (last line: ${lastLine})`}.`,
    ),
  childNotReady: (name: string, logFile: string) =>
    problem(
      'PART_NOT_READY',
      `${name} 三分钟内没有就绪：看 ${logFile}；机器很忙时可再试一次。`,
      `${name} was not ready within three minutes: see ${logFile}; on a very busy machine try once more.`,
    ),
  stepFailed: (name: string, logFile: string, lastLine: string) =>
    problem(
      'STEP_FAILED',
      `${name} 失败：原因在 ${logFile}${lastLine && `（最后一行：${lastLine}）`}。`,
      `${name} failed: the reason is in ${logFile}${lastLine && ` (last line: ${lastLine})`}.`,
    ),
  stoppedWhileStarting: () => problem('STOPPED', '启动被中止。', 'The start was interrupted.'),
  schemaNewer: (names: readonly string[]) =>
    problem(
      'SCHEMA_NEWER',
      `数据库比本版本新（不认识的迁移：${names.join('、')}）：更新到写下这份数据的版本再启动，或用 DATA_DIR=<新目录> 从空库开始。`,
      `The database is newer than this checkout (unknown migrations: ${names.join(', ')}): update to the version that wrote it, or start empty with DATA_DIR=<new folder>.`,
    ),
} as const
