import localizeModule from 'ajv-i18n/localize/zh/index.js'
import type { ErrorObject } from 'ajv'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import {
  Problem,
  problem,
  PROBLEMS,
  type ProblemBody,
  type ProblemCode,
  type ProblemField,
} from '../../contracts/problems.ts'
import { sqlState } from '../../core/database/sql-state.ts'

/** The package is CommonJS (`module.exports = fn`) although its types promise a default export. */
const localizeZh = localizeModule as unknown as (errors: ErrorObject[]) => void

/** The one renderer of RFC 9457 answers: whatever is thrown behind a route ends here and nowhere else. */
export function addProblemReply(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const known = toProblem(error)
    if (known.status >= 500) {
      request.log.error({ err: error, code: known.code, instance: request.id }, 'request failed')
    }
    return sendProblem(request, reply, known)
  })
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, problem('NOT_FOUND')))
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  known: Problem,
): FastifyReply {
  return reply
    .code(known.status)
    .type('application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problemBody(known, request.id, request.headers['accept-language']))
}

/** @param language the Accept-Language header; Chinese unless English comes first */
export function problemBody(known: Problem, instance: string, language?: string): ProblemBody {
  const entry = PROBLEMS[known.code]
  const english = /^\s*en\b/i.test(language ?? '')
  return {
    type: `urn:yichuang:problem:${known.code}`,
    title: english ? entry.en : entry.zh,
    status: known.status,
    code: known.code,
    ...(known.detail === undefined ? {} : { detail: known.detail }),
    remedy: english ? entry.doEn : entry.doZh,
    instance,
    zh: { title: entry.zh, remedy: entry.doZh },
    en: { title: entry.en, remedy: entry.doEn },
    ...(known.fields.length === 0 ? {} : { fields: [...known.fields] }),
    ...(known.allowed.length === 0 ? {} : { allowed: [...known.allowed] }),
  }
}

/** Fastify's own refusals, by its stable codes. */
const FRAMEWORK: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'UNSUPPORTED_MEDIA',
  FST_ERR_CTP_BODY_TOO_LARGE: 'FILE_TOO_LARGE',
  FST_REQ_FILE_TOO_LARGE: 'FILE_TOO_LARGE',
  FST_FILES_LIMIT: 'FILE_COUNT_EXCEEDED',
}

function toProblem(error: FastifyError): Problem {
  if (error instanceof Problem) return error
  if (error.validation)
    return problem('INVALID_INPUT', {
      fields: validationFields(error.validation as ErrorObject[], error.validationContext),
    })
  const framework = FRAMEWORK[error.code]
  if (framework) return problem(framework)
  if (error.statusCode === 429) return problem('TOO_MANY_REQUESTS')
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return problem('INVALID_INPUT', { fields: [unreadable(error)], cause: error })
  // 57014 and 08*: PostgreSQL gave up or is away; the same request may be sent again.
  if (/^(57|08|53)/.test(sqlState(error) ?? '') || error.name === 'KnexTimeoutError')
    return problem('NOT_READY', { cause: error })
  return problem('INTERNAL', { cause: error })
}

/** Malformed JSON, a wrong Content-Length, a broken multipart: the whole body is the field. */
function unreadable(error: FastifyError): ProblemField {
  return {
    field: '',
    code: error.code ?? 'unreadable',
    zh: '内容无法解析，请核对格式',
    en: 'The content cannot be read; check its format',
  }
}

/** One entry for each fault, none repeating the value that was sent. */
export function validationFields(
  errors: readonly ErrorObject[],
  context: string | undefined,
): ProblemField[] {
  const english = errors.map((error) => error.message ?? error.keyword)
  const localized = structuredClone(errors) as ErrorObject[]
  localizeZh(localized)
  return errors
    .map((error, i) => ({
      field: fieldName(error, context),
      code: error.keyword,
      zh: localized[i]?.message ?? error.keyword,
      en: english[i] ?? error.keyword,
    }))
    .slice(0, 100)
}

function fieldName(error: ErrorObject, context: string | undefined): string {
  const params = error.params as { missingProperty?: string; additionalProperty?: string }
  const last = params.missingProperty ?? params.additionalProperty
  const pointer = last === undefined ? error.instancePath : `${error.instancePath}/${last}`
  return context === 'body' || context === undefined ? pointer : pointer.slice(1)
}
