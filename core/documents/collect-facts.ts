/** From the case file to the words of one paper. Pure: what must be looked up stands in `Lookups`. */
import { applicantOf, maskIdNo, maskName } from '../cases/applicant.ts'
import type { CaseContext } from '../cases/case-context.ts'
import { dayOf } from '../clock/clock.ts'
import { collectBody } from './collect-body.ts'
import type { DocumentFacts, DocumentKind, FactsOf } from './document-facts.ts'
import { documentTitle, sealOf } from './document-words.ts'
import { isLicensing } from './legal-basis.ts'
import { reportedEvent, type Lookups } from './reported-event.ts'

export function collectFacts(
  kind: DocumentKind,
  context: CaseContext,
  lookups: Lookups,
  docNo: string,
): DocumentFacts {
  const item = context.version.package
  const event = reportedEvent(kind, context.events)
  const applicant = applicantOf(item, context.form)
  const licensing = isLicensing(item)
  const issuedOn = dayOf(event.at)
  const body = collectBody(kind, context, event, lookups)
  const title = titleOf(kind, licensing, body)
  const { licence } = lookups
  const validity =
    (kind === 'licence' || kind === 'grant-decision') && licence !== undefined
      ? { validFrom: licence.from, validUntil: licence.until }
      : {}
  return {
    kind,
    title,
    docNo,
    caseNo: context.case.caseNo,
    unifiedNo: context.case.unifiedNo,
    organ: lookups.organ,
    seal: sealOf(kind, licensing),
    handler: lookups.staffNo ?? '系统自动办理',
    contact: item.guide.linkWay,
    issuedOn,
    licensing,
    applicant: {
      name: applicant.name,
      idLabel: applicant.kind === 'legal-person' ? '统一社会信用代码' : '证件号码',
      idNo: applicant.idNo,
    },
    item: { name: item.guide.taskName.zh, code: item.code, taskCode: item.guide.taskCode },
    body,
    public: {
      title,
      docNo,
      organ: lookups.organ,
      itemName: item.guide.taskName.zh,
      caseNo: context.case.caseNo,
      applicantName: maskName(applicant.name, applicant.kind),
      applicantIdNo: maskIdNo(applicant.idNo, applicant.kind),
      issuedOn,
      ...validity,
    },
    // kind and body were collected together
  } as FactsOf<DocumentKind> as DocumentFacts
}

function titleOf(
  kind: DocumentKind,
  licensing: boolean,
  body: FactsOf<DocumentKind>['body'],
): string {
  if (kind === 'licence' && 'name' in body) return body.name
  // Before acceptance nothing was under way that could be ended: the file goes back (退件).
  if (kind === 'termination-notice' && 'cause' in body && body.cause === 'correction-expired')
    return '退件通知书'
  if (kind === 'submission-receipt' && 'received' in body && !body.received) return '网上申报回执'
  return documentTitle(kind, licensing)
}
