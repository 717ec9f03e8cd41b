import swagger from '@fastify/swagger'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { Type } from 'typebox'

import { ProblemBody } from '../../contracts/problems.ts'

const Problem = Type.Ref('Problem')
const problemReply = {
  description: 'RFC 9457 problem; the codes stand in docs/problems.md',
  content: { 'application/problem+json': { schema: Problem } },
}

/** OpenAPI 3.1 out of the very schemas that validate; every route but the hidden ones stands in it (a test proves it). */
export async function addOpenApi(app: FastifyInstance, publicUrl: string): Promise<void> {
  app.addSchema(ProblemBody)
  app.addHook('onRoute', addProblemReplies)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Yichuang 一窗',
        version: '1',
        description:
          '政务服务大厅接口：申请人、工作人员、事项设计、合作方。 The public interface of a government service hall: applicants, staff, item designers, partners.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: publicUrl }],
      tags: [
        {
          name: 'hall',
          description: '申请人 applicants: no sign-in; a draft token or number + query code',
        },
        { name: 'desk', description: '工作人员 staff: session cookie and a post with the right' },
        { name: 'designer', description: '事项管理员 item designers' },
        { name: 'partners', description: '合作方回调 call-backs of courier and SMS' },
        { name: 'session', description: '登录 sign-in of staff (OIDC code + PKCE)' },
        { name: 'public', description: '公开页面 pages for everyone, health' },
      ],
      components: {
        securitySchemes: {
          draftToken: { type: 'apiKey', in: 'header', name: 'x-draft-token' },
          caseToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          staffSession: { type: 'apiKey', in: 'cookie', name: 'yichuang_session' },
        },
      },
    },
    transform: ({ schema, url }) => ({ schema: withFileBody(schema), url }),
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, i) =>
        typeof json['$id'] === 'string' ? json['$id'] : `Schema${i}`,
    },
  })
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

const FileBody = Type.Object({ file: Type.Unsafe({ type: 'string', format: 'binary' }) })

/** An upload is read as a stream and has no schema to validate; the description still says what to send. */
function withFileBody<T extends { consumes?: readonly string[]; body?: unknown }>(schema: T): T {
  return schema.consumes?.includes('multipart/form-data') ? { ...schema, body: FileBody } : schema
}

/** Any JSON door may answer with a problem; said once here instead of on each route. */
function addProblemReplies(route: RouteOptions): void {
  const schema = route.schema
  if (!schema || schema.hide === true || !/^\/(api|auth)\//.test(route.url)) return
  const response = (schema.response ?? {}) as Record<string, unknown>
  schema.response = { ...response, '4xx': problemReply, '5xx': problemReply }
}
