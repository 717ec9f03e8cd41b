import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { SMTPServer } from 'smtp-server'
import type { Clock } from '../clock.ts'
import { createFaults } from '../faults.ts'
import { openJournal } from '../journal.ts'
import { registerFaultRoutes } from '../simulator-http.ts'
import { parseMail, type ParsedMail } from './parse-mail.ts'

export interface MailSimulatorOptions {
  clock: Clock
  host: string
  /** 0 = any free port. */
  port: number
  /** With a user, nobody may send without signing in. */
  user?: string | undefined
  password?: string | undefined
  journalPath?: string | undefined
}

/** A mail in the store. `attempts` counts how often the same Message-ID was delivered. */
export interface StoredMail extends ParsedMail {
  recipients: string[]
  receivedAt: string
  bytes: number
  attempts: number
}

type MailEntry =
  { type: 'stored'; mail: StoredMail } | { type: 'repeated'; messageId: string; to: string }

const MAX_BYTES = 25 * 1_048_576

/** A mail server with one store: like real stores it keeps one mail for each Message-ID and recipient. */
export async function startMailSimulator(app: FastifyInstance, options: MailSimulatorOptions) {
  const { clock, host, port, user, password } = options
  const faults = createFaults()
  const journal = openJournal<MailEntry>(options.journalPath)
  const stored = new Map<string, StoredMail>()

  function apply(entry: MailEntry): void {
    if (entry.type === 'stored') {
      stored.set(keyOf(entry.mail.messageId, entry.mail.recipients.join()), { ...entry.mail })
      return
    }
    const mail = stored.get(keyOf(entry.messageId, entry.to))
    if (mail) mail.attempts += 1
  }

  journal.past.forEach(apply)

  function keep(raw: Buffer, recipients: string[]): void {
    const parsed = parseMail(raw)
    const to = recipients.join()
    const known = parsed.messageId !== '' && stored.has(keyOf(parsed.messageId, to))
    const entry: MailEntry = known
      ? { type: 'repeated', messageId: parsed.messageId, to }
      : {
          type: 'stored',
          mail: {
            ...parsed,
            recipients,
            receivedAt: clock.now().toISOString(),
            bytes: raw.length,
            attempts: 1,
          },
        }
    journal.append(entry)
    apply(entry)
  }

  const server: SMTPServer = new SMTPServer({
    name: 'mail.partners.example',
    banner: 'Yichuang mail simulator',
    // It serves loopback only and has no certificate to offer.
    disabledCommands: user === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
    authOptional: user === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: MAX_BYTES,
    closeTimeout: 200,
    onAuth(auth, _session, callback) {
      if (auth.username === user && auth.password === password) callback(null, { user: 'hall' })
      else callback(Object.assign(new Error('Authentication failed'), { responseCode: 535 }))
    },
    onRcptTo(address, _session, callback) {
      // A reserved name (RFC 2606), so that a test can ask for a mailbox that does not exist.
      if (address.address.endsWith('@nowhere.invalid')) {
        callback(Object.assign(new Error('No such mailbox'), { responseCode: 550 }))
      } else callback()
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (stream.sizeExceeded) {
          callback(Object.assign(new Error('Message too big'), { responseCode: 552 }))
          return
        }
        keep(
          Buffer.concat(chunks),
          session.envelope.rcptTo.map(({ address }) => address.toLowerCase()),
        )
        if (faults.losesThisAnswer()) {
          cut(session.id)
          return
        }
        setTimeout(() => callback(), faults.get().delayMs)
      })
    },
  })
  // A client that goes away in the middle is the client's business, not a reason to stop.
  server.on('error', () => undefined)

  /** The mail is stored, the sender never hears of it. */
  function cut(sessionId: string): void {
    for (const connection of server.connections) {
      if (connection.id === sessionId) connection._socket.destroy()
    }
  }

  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (cause) {
    journal.close()
    throw cause
  }

  registerFaultRoutes(app, '/admin/mail/faults', faults)
  app.get('/admin/mail/messages', async () => ({ messages: [...stored.values()] }))

  return {
    port: (server.server.address() as AddressInfo).port,
    async close(): Promise<void> {
      await new Promise<void>((resolve) => server.close(() => resolve()))
      journal.close()
    },
  }
}

function keyOf(messageId: string, to: string): string {
  return `${messageId}|${to}`
}
