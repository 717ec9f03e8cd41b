import type { VerifiedDocument } from '../../core/documents/verify-document.ts'
import { html, page, type Html } from '../pages/html.ts'

const STATES = {
  ordered: ['文书已编号，尚未制作', 'Numbered but not issued yet', 'bad'],
  issued: ['真实有效的文书', 'This paper was issued by this office', 'good'],
  valid: ['证照有效', 'The certificate is valid', 'good'],
  expired: ['证照已过有效期', 'The certificate has expired', 'bad'],
  revoked: ['证照已被撤销', 'The certificate was revoked', 'bad'],
  cancelled: ['证照已注销', 'The certificate was cancelled', 'bad'],
} as const satisfies Record<VerifiedDocument['state'], readonly [string, string, 'good' | 'bad']>

/** The page behind the QR code of a paper: masked facts and the digest, nothing a finder of the paper does not hold. */
export function verifiedPage(document: VerifiedDocument): string {
  const [zh, en, tone] = STATES[document.state]
  const validity =
    document.validFrom === undefined
      ? []
      : [row('有效期', 'Validity', `${document.validFrom} — ${document.validUntil ?? '长期'}`)]
  return page(
    `文书核验 · ${document.docNo}`,
    html`<h1>文书核验</h1>
      <p class="en">Verification of a paper</p>
      <section>
        <p class="${tone}" role="status"><strong>${zh}</strong> <span class="en">${en}</span></p>
        <dl>
          ${[
            row('文书', 'Paper', document.title),
            row('文号', 'Number', document.docNo),
            row('机关', 'Organ', document.organ),
            row('事项', 'Item', document.itemName),
            row('办件编号', 'Case', document.caseNo),
            row('申请人', 'Applicant', document.applicantName),
            row('证件号码', 'Identity', document.applicantIdNo),
            row('日期', 'Date', document.issuedOn),
            ...validity,
          ]}
          <dt>SHA-256</dt>
          <dd><code>${document.sha256 ?? '—'}</code></dd>
        </dl>
      </section>
      <p>
        您手里的 PDF 的 SHA-256 与上面一致，就是本机关制作的原件。<span class="en"
          >If the SHA-256 of your PDF is the one above, it is the original, byte for byte.</span
        >
      </p>`,
  )
}

export function unknownPage(): string {
  return page(
    '文书核验 · 未找到',
    html`<h1>没有这份文书</h1>
      <p class="en">No paper bears this code.</p>
      <section>
        <p class="bad" role="status">
          请核对核验码（16 位）。如果您手里的文书印着这个码，它不是本机关制作的。
        </p>
        <p class="en">
          Check the 16 characters. If a paper in your hands bears this code, this office did not
          make it.
        </p>
      </section>`,
  )
}

function row(zh: string, en: string, value: string): Html {
  return html`<dt>${zh} <span class="en">${en}</span></dt>
    <dd>${value}</dd>`
}
