/**
 * What pino must never print (one list for server and workers). Logs carry case numbers, routes and codes; these paths
 * are the second fence, for the day someone logs a whole request or row by mistake.
 */
const SECRETS = [
  'authorization',
  'cookie',
  'set-cookie',
  'x-csrf-token',
  'x-draft-token',
  'idempotency-key',
  'password',
  'token',
  'draftToken',
  'queryCode',
  'idToken',
  'id_token',
  'code_verifier',
]

/** Personal data of the applicant and of parcels, whatever the key's case. */
const PERSONAL = [
  'name',
  'idNo',
  'idCardNo',
  'phone',
  'mobile',
  'email',
  'address',
  'form',
  'transport',
  'sender',
  'recipient',
  'receiver',
  'applicant',
]

const keys = [...SECRETS, ...PERSONAL].map((key) =>
  /^[A-Za-z_]\w*$/.test(key) ? key : `["${key}"]`,
)
const at = (prefix: string) =>
  keys.map((key) => (key.startsWith('[') ? `${prefix}${key}` : `${prefix}.${key}`))

/** pino `redact.paths`: at the top, one and two levels down, in request bodies and headers. */
export const REDACT_PATHS: readonly string[] = [
  ...keys.filter((key) => key !== 'name'),
  ...at('*'),
  ...at('*.*'),
  ...at('req.headers'),
  ...at('req.body'),
]

export const REDACTED = '[redacted]'
