import * as catalogue from './0001-catalogue.ts'
import * as cases from './0002-cases.ts'
import * as engineAndWork from './0003-engine-and-work.ts'
import * as rights from './0004-rights-of-the-application.ts'
import * as inboxOrder from './0005-inbox-order.ts'
import * as draftRevision from './0006-draft-revision.ts'
import * as operatorNotes from './0007-operator-notes.ts'

/** In order. A migration that has been merged is never edited; names carry no file extension (docs/decisions). */
export const migrations = [
  catalogue,
  cases,
  engineAndWork,
  rights,
  inboxOrder,
  draftRevision,
  operatorNotes,
] as const
