import { accessSync, constants, statfsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

import { checkJava } from '../prerequisites.mjs'

import { fail, ok, warn, wordsOf, type Environment, type Finding } from './finding.ts'

export function checkNodeVersion(): Finding {
  // doctor.mjs has already refused one that is too old.
  return ok('node', `Node ${process.versions.node}`, `Node ${process.versions.node}`)
}

/** Only the machine of the engine needs Java; elsewhere its lack is no fault. */
export function checkJavaVersion(engineIsHere: boolean): Finding {
  try {
    const major = checkJava()
    return ok('java', `Java ${major}`, `Java ${major}`)
  } catch (error) {
    const { zh, en } = error as { zh: string; en: string }
    const words = ['引擎需要的 Java 不可用', 'the Java the engine needs is not usable'] as const
    return (engineIsHere ? fail : warn)('java', words, [zh, en])
  }
}

/** Writes, makes durable, renames and removes a file, as an upload does. */
export async function checkFileStore(env: Environment): Promise<Finding> {
  const folder = env['FILE_STORE']
  if (!folder) {
    return fail(
      'file-store',
      ['没有设置 FILE_STORE', 'FILE_STORE is not set'],
      ['设为服务可写的目录', 'set it to a folder the server may write'],
    )
  }
  const probe = join(folder, `.doctor-${randomBytes(6).toString('hex')}`)
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    const file = await open(probe, 'wx', 0o600)
    await file.writeFile('doctor').finally(() => file.sync().finally(() => file.close()))
    await rename(probe, `${probe}.renamed`)
    await rm(`${probe}.renamed`)
  } catch (error) {
    await rm(probe, { force: true }).catch(() => undefined)
    return fail(
      'file-store',
      [`${folder} 不能写：${wordsOf(error)}`, `${folder} cannot be written: ${wordsOf(error)}`],
      [
        '建好目录、改正权限，或改正 FILE_STORE',
        'make the folder, correct its permissions, or FILE_STORE',
      ],
    )
  }
  const { bavail, bsize } = statfsSync(folder)
  const freeGb = (bavail * bsize) / 1024 ** 3
  if (freeGb < 2) {
    return warn(
      'file-store',
      [`${folder} 只剩 ${freeGb.toFixed(1)} GB`, `${folder} has ${freeGb.toFixed(1)} GB left`],
      ['腾出空间：上传写满磁盘后会被拒绝', 'make room: uploads are refused once it is full'],
    )
  }
  return ok(
    'file-store',
    `${folder} 可写，余 ${freeGb.toFixed(0)} GB`,
    `${folder} is writable, ${freeGb.toFixed(0)} GB left`,
  )
}
