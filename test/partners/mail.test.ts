import { describe, expect, it } from 'vitest'
import type { MailMessage } from '../../contracts/messaging.ts'
import { demoKeys } from '../../partners/demo-keys.ts'
import { createMailGateway } from '../../partners/mail/gateway.ts'
import { messageIdOf } from '../../partners/mail/message-id.ts'
import { PartnerFault } from '../../partners/partner-fault.ts'
import type { Simulators } from '../../partners/simulators.ts'
import { admin, clock, closeAfterTest, simulators } from './given-simulators.ts'

interface Mails {
  messages: {
    messageId: string
    subject: string
    from: string
    to: string
    recipients: string[]
    text: string
    attachments: string[]
    attempts: number
  }[]
}

const MESSAGE: MailMessage = {
  to: 'zhang@example.org',
  subject: '受理通知：您的办件 YC2026030200001 已受理，承诺于 2026-03-16 前办结',
  text: '您的办件已受理。\n详见附件。',
  html: '<p>您的办件已受理。</p>',
  messageKey: 'effect-mail-1',
  attachments: [
    {
      filename: '受理通知书.pdf',
      contentType: 'application/pdf',
      contentBase64: Buffer.from('%PDF-1.7').toString('base64'),
    },
  ],
}

function mailGateway(post: Pick<Simulators, 'smtpHost' | 'smtpPort'>, password?: string) {
  const gateway = createMailGateway({
    host: post.smtpHost,
    port: post.smtpPort,
    user: demoKeys.mail.user,
    password: password ?? demoKeys.mail.password,
    from: demoKeys.mail.from,
    clock: clock(),
    timeoutMs: 2000,
  })
  closeAfterTest(gateway.close)
  return gateway
}

const stored = async (post: Simulators) =>
  (await admin<Mails>(`${post.url}/admin/mail/messages`)).messages

describe('the mail gateway against the simulated mail server', () => {
  it('when a mail is sent, then Chinese subject, text and file name arrive whole', async () => {
    const post = await simulators({ clock: clock() })
    const sent = await mailGateway(post).send(MESSAGE)
    expect(sent).toEqual({
      kind: 'accepted',
      messageId: messageIdOf(MESSAGE.messageKey, demoKeys.mail.from),
    })
    expect(await stored(post)).toMatchObject([
      {
        messageId: messageIdOf(MESSAGE.messageKey, demoKeys.mail.from),
        subject: MESSAGE.subject,
        from: demoKeys.mail.from,
        recipients: ['zhang@example.org'],
        text: MESSAGE.text,
        attachments: ['受理通知书.pdf'],
        attempts: 1,
      },
    ])
  })

  it('given an answer lost after DATA, when sent again, then the store holds one mail', async () => {
    const post = await simulators({ clock: clock() })
    const mail = mailGateway(post)
    await admin(`${post.url}/admin/mail/faults`, { dropAnswers: 1 })
    const fault = await mail.send(MESSAGE).catch((thrown: unknown) => thrown)
    expect(fault).toBeInstanceOf(PartnerFault)
    expect(fault).toMatchObject({ maybeDone: true })
    expect(await mail.send(MESSAGE)).toMatchObject({ kind: 'accepted' })
    expect(await stored(post)).toMatchObject([{ attempts: 2 }])
  })

  it('given another key, then it is another mail', async () => {
    const post = await simulators({ clock: clock() })
    const mail = mailGateway(post)
    await mail.send(MESSAGE)
    await mail.send({ ...MESSAGE, messageKey: 'effect-mail-2' })
    expect(await stored(post)).toHaveLength(2)
  })

  it('given a wrong password, then it is a fault of ours, and nothing is stored', async () => {
    const post = await simulators({ clock: clock() })
    await expect(mailGateway(post, 'wrong').send(MESSAGE)).rejects.toMatchObject({
      partner: 'mail',
      code: '535',
      maybeDone: false,
    })
    expect(await stored(post)).toEqual([])
  })

  it('given a mailbox that does not exist, then the mail is refused for good', async () => {
    const post = await simulators({ clock: clock() })
    const refused = await mailGateway(post).send({ ...MESSAGE, to: 'a@nowhere.invalid' })
    expect(refused).toMatchObject({ kind: 'refused', code: '550' })
    expect(JSON.stringify(refused)).not.toContain('nowhere')
  })

  it('given nobody listening, then certainly nothing was sent', async () => {
    const mail = mailGateway({ smtpHost: '127.0.0.1', smtpPort: 22081 })
    await expect(mail.send(MESSAGE)).rejects.toMatchObject({ maybeDone: false })
  })

  it('given line breaks in an address or a subject, then no header can be smuggled in', async () => {
    const post = await simulators({ clock: clock() })
    await mailGateway(post).send({ ...MESSAGE, subject: '一\r\nBcc: evil@example.org' })
    const [mail] = await stored(post)
    expect(mail?.recipients).toEqual(['zhang@example.org'])
    expect(mail?.subject).not.toContain('\n')
  })
})

describe('the Message-ID', () => {
  it('given the same key, then the same id; given another key or sender, another', () => {
    const id = messageIdOf('key-1', 'hall@tianhe.example')
    expect(id).toMatch(/^<[0-9a-f]{40}@tianhe\.example>$/)
    expect(messageIdOf('key-1', 'hall@tianhe.example')).toBe(id)
    expect(messageIdOf('key-2', 'hall@tianhe.example')).not.toBe(id)
    expect(messageIdOf('key-1', 'desk@other.example')).not.toBe(id)
  })
})
