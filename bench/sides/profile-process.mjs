/** Preloaded by --profile: writes where this process spent its CPU, when it ends (node allows no --cpu-prof in NODE_OPTIONS). */
import { mkdirSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { basename, join } from 'node:path'

const folder = process.env.BENCH_PROFILES
const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.start')
process.on('exit', () => {
  session.post('Profiler.stop', (error, result) => {
    if (error || folder === undefined) return
    mkdirSync(folder, { recursive: true })
    const name = (process.argv[1] ?? 'node').split('/').slice(-2).join('-')
    writeFileSync(
      join(folder, `${basename(name)}.${process.pid}.cpuprofile`),
      JSON.stringify(result.profile),
    )
  })
})
