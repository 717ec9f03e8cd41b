import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'

import { CaseReceipt } from '../../contracts/filing.ts'
import {
  CheckResult,
  DraftView,
  MaterialCode,
  SaveDraft,
  UploadReceipt,
} from '../../contracts/hall.ts'
import type { DraftAccess, Drafts } from '../../core/cases/drafts.ts'
import type { Submit } from '../../core/cases/submit.ts'
import type { Uploads } from '../../core/cases/uploads.ts'
import { idempotencyKey, IdempotencyHeaders } from '../plugins/idempotency-key.ts'
import { withSingleFile } from '../plugins/single-file.ts'
import { toFileView } from './views.ts'

export interface DraftRoutesOptions {
  readonly drafts: Drafts
  readonly uploads: Uploads
  readonly submit: Submit
  /** how the caller proves that the draft is theirs */
  readonly accessOf: (request: FastifyRequest) => DraftAccess
  readonly tag: 'hall' | 'desk'
  /** makes operation ids of the two counters differ */
  readonly operation: (name: string) => string
  readonly security: Readonly<Record<string, readonly string[]>>
}

const params = Type.Object({ id: Type.String({ format: 'uuid' }) })
const materialParams = Type.Object({ id: Type.String({ format: 'uuid' }), code: MaterialCode })
const fileParams = Type.Object({
  id: Type.String({ format: 'uuid' }),
  fileId: Type.String({ format: 'uuid' }),
})

/** Filling in and filing, the same acts for the citizen online and for the clerk who lodges for a citizen. */
export const draftRoutes: FastifyPluginAsyncTypebox<DraftRoutesOptions> = async (app, options) => {
  const { drafts, uploads, submit, accessOf, operation } = options
  const common = { tags: [options.tag], security: [options.security] }

  app.get(
    '/drafts/:id',
    {
      schema: {
        ...common,
        operationId: operation('getDraft'),
        summary: '读草稿 Read a draft',
        params,
        response: { 200: DraftView },
      },
    },
    async (request) => {
      const draft = await drafts.get(request.params.id, accessOf(request))
      const version = await drafts.versionOf(draft)
      return {
        id: draft.id,
        itemCode: version.itemCode,
        version: version.version,
        channel: draft.channel,
        form: draft.form,
        transport: draft.transport,
        files: draft.files.map(toFileView),
        submitted: draft.submittedKey !== null,
        updatedAt: draft.updatedAt.toISOString(),
      }
    },
  )

  app.put(
    '/drafts/:id',
    {
      schema: {
        ...common,
        operationId: operation('saveDraft'),
        summary: '存草稿 Save a draft, half filled in or not',
        params,
        body: SaveDraft,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await drafts.save(request.params.id, accessOf(request), request.body)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/drafts/:id/materials/:code',
    {
      schema: {
        ...common,
        operationId: operation('uploadDraftMaterial'),
        summary: '上传材料 Upload one file for a material (multipart/form-data, part "file")',
        consumes: ['multipart/form-data'],
        params: materialParams,
        response: { 201: UploadReceipt },
      },
    },
    async (request, reply) => {
      const { id, code } = request.params
      const receipt = await withSingleFile(request, reply, (file) =>
        uploads.toDraft(id, accessOf(request), { materialCode: code, ...file }),
      )
      return reply.code(201).send(receipt)
    },
  )

  app.delete(
    '/drafts/:id/materials/:fileId',
    {
      schema: {
        ...common,
        operationId: operation('removeDraftMaterial'),
        summary: '删除已上传的文件 Remove an uploaded file',
        params: fileParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await uploads.removeFromDraft(request.params.id, accessOf(request), request.params.fileId)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/drafts/:id/check',
    {
      schema: {
        ...common,
        operationId: operation('checkDraft'),
        summary: '提交前检查 The same answer that submit would give',
        params,
        response: { 200: CheckResult },
      },
    },
    async (request) => ({ fields: await drafts.check(request.params.id, accessOf(request)) }),
  )

  app.post(
    '/drafts/:id/submit',
    {
      schema: {
        ...common,
        operationId: operation('submitDraft'),
        summary: '提交申请 File the application exactly once',
        params,
        headers: IdempotencyHeaders,
        response: { 201: CaseReceipt },
      },
    },
    async (request, reply) => {
      const key = idempotencyKey(request)
      return reply.code(201).send(await submit.submit(request.params.id, accessOf(request), key))
    },
  )
}
