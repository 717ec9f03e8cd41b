/**
 * What stands on a paper, frozen when it is ordered: a later change of the item, the law or the form never changes an
 * issued paper. Fixed sentences live in templates/, everything that differs from case to case lives here.
 * Days are `yyyy-mm-dd` in Asia/Shanghai; the templates write them as 2026年11月23日.
 */
import type { Static } from 'typebox'
import type { DocumentKind as DocumentKindSchema } from '../../contracts/topics.ts'

export type DocumentKind = Static<typeof DocumentKindSchema>

/** What the verification page may show to anybody who holds the paper: masked (domain.md §9). */
export interface PublicFacts {
  readonly title: string
  readonly docNo: string
  readonly organ: string
  readonly itemName: string
  readonly caseNo: string
  readonly applicantName: string
  readonly applicantIdNo: string
  readonly issuedOn: string
  readonly validFrom?: string
  readonly validUntil?: string
}

export interface ListedMaterial {
  readonly name: string
  readonly originals: number
  readonly copies: number
  /** uploaded files */
  readonly files: number
}

export interface ListedDefect {
  readonly subject: string
  readonly problem: string
  readonly ruleId: string
  readonly standard: string
  readonly fix: string
}

/** 查明的事实 with where it is proven and how the proof was obtained (domain.md §2.2 b). */
export interface ListedFinding {
  readonly text: string
  readonly evidence: readonly { readonly name: string; readonly obtained: string }[]
}

export interface ListedGrounds {
  readonly findings: readonly ListedFinding[]
  readonly laws: readonly { readonly citation: string; readonly text: string }[]
  readonly rules: readonly { readonly id: string; readonly text: string }[]
  readonly reasoning: string
}

export interface Remedies {
  readonly reconsideration: string
  readonly court: string
}

export interface DocumentBodies {
  'submission-receipt': {
    readonly received: boolean
    readonly receivedAt: string
    readonly channel: string
    readonly place: string
    readonly materials: readonly ListedMaterial[]
    readonly acceptDays: number
    readonly acceptBy?: string
  }
  'acceptance-notice': {
    readonly submittedOn: string
    readonly acceptedOn: string
    readonly basis: string
    readonly statutory: string
    readonly legalOn?: string
    readonly promisedOn?: string
    readonly materials: readonly ListedMaterial[]
    readonly tolerated: readonly string[]
    readonly free: boolean
  }
  'correction-notice': {
    readonly submittedOn: string
    readonly basis: string
    readonly defects: readonly ListedDefect[]
    readonly deadline: string
  }
  'tolerance-notice': {
    readonly submittedOn: string
    readonly acceptedOn: string
    readonly materials: readonly string[]
    readonly deadline: string
    readonly manner: string
  }
  'non-acceptance-decision': {
    readonly submittedOn: string
    readonly limb: 'not-required' | 'not-competent'
    readonly basis: string
    readonly competentOrgan?: string
    readonly grounds: ListedGrounds
    readonly remedies: Remedies
  }
  'grant-decision': {
    readonly acceptedOn: string
    readonly conditions: string
    readonly basis: string
    /** what is permitted; follows 决定准予 */
    readonly content: string
    /** conditions that go with it */
    readonly scope?: string
    readonly licence?: {
      readonly name: string
      readonly no: string
      readonly from: string
      readonly until: string
    }
    readonly renewalDaysBefore?: number
  }
  'refusal-decision': {
    readonly acceptedOn: string
    readonly basis: string
    readonly grounds: ListedGrounds
    readonly remedies: Remedies
  }
  'termination-notice': {
    readonly submittedOn: string
    readonly cause: 'correction-expired' | 'tolerance-expired' | 'other'
    readonly deadline?: string
    readonly reason: string
    readonly basis?: string
    readonly remedies: Remedies
  }
  licence: {
    readonly name: string
    readonly no: string
    readonly content: string
    readonly scope?: string
    readonly from: string
    readonly until: string
  }
}

export interface FactsOf<K extends DocumentKind> {
  readonly kind: K
  readonly title: string
  readonly docNo: string
  readonly caseNo: string
  readonly unifiedNo: string
  readonly organ: string
  /** what is stamped on it: a procedural paper bears the special seal, a decision the organ's own (domain.md §2.1) */
  readonly seal: string
  /** staff number of the one who acted, or that nobody had to */
  readonly handler: string
  readonly contact: string
  readonly issuedOn: string
  /** 行政许可, or a service that borrows its steps (domain.md §2, non-licence types) */
  readonly licensing: boolean
  readonly applicant: { readonly name: string; readonly idLabel: string; readonly idNo: string }
  readonly item: { readonly name: string; readonly code: string; readonly taskCode: string }
  readonly body: DocumentBodies[K]
  readonly public: PublicFacts
}

/** Discriminated by `kind`. */
export type DocumentFacts = { [K in DocumentKind]: FactsOf<K> }[DocumentKind]
