/** Composition root of the background work: reads the environment, builds everything, says when it is ready. */
import closeWithGrace from 'close-with-grace'
import { createFileStore } from '../core/cases/file-store.ts'
import { systemClock } from '../core/clock/clock.ts'
import { createPool } from '../core/database/pool.ts'
import { createRenderer } from '../core/documents/render-document.ts'
import { createEngineGateway } from '../engine/gateway/gateway.ts'
import { createEmsGateway } from '../partners/ems/gateway.ts'
import { createMailGateway } from '../partners/mail/gateway.ts'
import { createSmsGateway } from '../partners/sms/gateway.ts'
import { ConfigError } from '../core/configuration/read-environment.ts'
import { readConfig, type WorkersEnvironment } from './config.ts'
import { createWorkers } from './create-workers.ts'
import { openHealthPage } from './health-page.ts'
import { createLog } from './log.ts'
import { claimWorkerId, ownWorkerId, WorkerIdTaken } from './worker-identity.ts'

const EX_CONFIG = 78
const WATCH_MS = 10_000

function environment(): WorkersEnvironment {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const fault of error.faults) process.stderr.write(`${fault}\n`)
    process.exit(EX_CONFIG)
  }
}

async function main(): Promise<void> {
  const config = environment()
  const clock = systemClock
  const log = createLog(config.LOG_LEVEL)
  // A chosen id is held for the life of the process; taken by another after a lost connection, this process must go.
  const identity =
    config.WORKER_ID === undefined
      ? { workerId: ownWorkerId(), release: () => Promise.resolve() }
      : await claimWorkerId({
          databaseUrl: config.DATABASE_URL,
          workerId: config.WORKER_ID,
          onTaken: () => {
            log.error('another worker has taken this WORKER_ID')
            process.kill(process.pid, 'SIGTERM')
          },
        })
  const { workerId } = identity
  const db = createPool({
    url: config.DATABASE_URL,
    max: config.DATABASE_POOL,
    applicationName: 'workers',
    onePlan: true,
  })
  const fileStore = createFileStore({ root: config.FILE_STORE })
  const gateway = createEngineGateway({
    baseUrl: config.ENGINE_URL,
    token: config.ENGINE_API_TOKEN,
  })
  const partners = connectPartners(config)
  const renderer = createRenderer({
    fileStore,
    clock,
    publicUrl: config.PUBLIC_URL,
    queryKey: Buffer.from(config.SESSION_KEY, 'base64'),
  })
  const workers = createWorkers({
    db,
    databaseUrl: config.DATABASE_URL,
    clock,
    log,
    workerId,
    engine: { url: config.ENGINE_URL, workerToken: config.ENGINE_WORKER_TOKEN, gateway },
    partners,
    hall: {
      name: config.HALL_NAME,
      mobile: config.HALL_PHONE,
      prov: config.HALL_PROVINCE,
      city: config.HALL_CITY,
      county: config.HALL_COUNTY,
      address: config.HALL_ADDRESS,
    },
    renderer,
    fileStore,
    tuning: {
      maxTasks: config.WORKER_MAX_TASKS,
      parallel: config.WORKER_PARALLEL,
      // Together below the ten seconds after which `npm start` loses its patience.
      asyncResponseTimeoutMs: 4_000,
      drainMs: 4_000,
    },
  })
  await workers.start()
  const page =
    config.WORKERS_PORT === undefined
      ? undefined
      : await openHealthPage(workers, { host: config.WORKERS_HOST, port: config.WORKERS_PORT })
  const watchdog = watch(workers, log)
  log.info({ workerId }, 'workers ready')

  closeWithGrace({ delay: 9_500, logger: false }, async ({ err, signal }) => {
    if (err) log.error({ err }, 'an unexpected fault ends the workers')
    else log.info({ signal }, 'stopping')
    clearInterval(watchdog)
    page?.close()
    page?.closeAllConnections()
    await workers.stop()
    await Promise.allSettled([
      gateway.close(),
      partners.courier.close(),
      partners.sms.close(),
      partners.mail.close(),
      identity.release(),
      db.destroy(),
    ])
  })
}

function connectPartners(config: WorkersEnvironment) {
  const clock = systemClock
  return {
    courier: createEmsGateway({
      baseUrl: config.EMS_URL,
      senderNo: config.EMS_SENDER_NO,
      authorization: config.EMS_AUTHORIZATION,
      signKey: config.EMS_SIGN_KEY,
      clock,
    }),
    sms: createSmsGateway({
      baseUrl: config.SMS_URL,
      accessKeyId: config.SMS_ACCESS_KEY_ID,
      accessKeySecret: config.SMS_ACCESS_KEY_SECRET,
      clock,
    }),
    mail: createMailGateway({
      host: config.SMTP_HOST,
      port: config.SMTP_PORT,
      user: config.SMTP_USER,
      password: config.SMTP_PASSWORD,
      from: config.MAIL_FROM,
      clock,
    }),
    smsSignName: config.SMS_SIGN_NAME,
    publicUrl: config.PUBLIC_URL,
  }
}

/** A silent stall is the worst fault of a worker (scoreboard.md row 25): say it once, and once when it is over. */
function watch(
  workers: Pick<ReturnType<typeof createWorkers>, 'health'>,
  log: ReturnType<typeof createLog>,
): NodeJS.Timeout {
  let well = true
  const timer = setInterval(() => {
    const { ok, lastPollAgeMs } = workers.health()
    if (well && !ok) log.error({ lastPollAgeMs }, 'the worker has stalled: no poll is answered')
    if (!well && ok) log.info('the worker polls again')
    well = ok
  }, WATCH_MS)
  timer.unref()
  return timer
}

main().catch((error: unknown) => {
  // A taken id is a setting to correct; anything else is a fault with its trace.
  const taken = error instanceof WorkerIdTaken
  process.stderr.write(`${taken ? error.message : String((error as Error).stack ?? error)}\n`)
  process.exit(taken ? EX_CONFIG : 1)
})
