import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { zipSync } from 'fflate'
import { Type } from 'typebox'

import { DesignerItems, VersionDetail, VersionList } from '../../contracts/designer.ts'
import { ItemCode } from '../../contracts/hall.ts'
import type { Database } from '../../core/database/database.ts'
import {
  getVersionByNumber,
  listItems,
  listVersionFiles,
  listVersions,
} from '../../core/catalogue/item-versions.ts'
import { contentDisposition } from '../plugins/send-file.ts'
import { toDesignerItem, toVersionDetail, toVersionSummary } from './views.ts'

const common = { tags: ['designer'], security: [{ staffSession: [] }] }
const ofItem = Type.Object({ code: ItemCode })
const ofVersion = Type.Object({
  code: ItemCode,
  version: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
})
const binary = { schema: { type: 'string', format: 'binary' } }

/** 版本: what was published, byte for byte, for ever. */
export const versionRoutes: FastifyPluginAsyncTypebox<{ db: Database }> = async (app, { db }) => {
  app.get(
    '/items',
    {
      schema: {
        ...common,
        operationId: 'listDesignerItems',
        summary: '事项 Items with their newest published version',
        response: { 200: DesignerItems },
      },
    },
    async () => ({ items: (await listItems(db)).map(toDesignerItem) }),
  )

  app.get(
    '/items/:code/versions',
    {
      schema: {
        ...common,
        operationId: 'listItemVersions',
        summary: '版本清单 Versions, newest first, refused ones too',
        params: ofItem,
        response: { 200: VersionList },
      },
    },
    async (request) => ({
      versions: (await listVersions(db, request.params.code)).map(toVersionSummary),
    }),
  )

  app.get(
    '/items/:code/versions/:version',
    {
      schema: {
        ...common,
        operationId: 'getItemVersion',
        summary: '一个版本 One version: steps, files, digest',
        params: ofVersion,
        response: { 200: VersionDetail },
      },
    },
    async (request) => {
      const { code, version } = request.params
      const found = await getVersionByNumber(db, code, version)
      return toVersionDetail(found, await listVersionFiles(db, found.id))
    },
  )

  app.get(
    '/items/:code/versions/:version/package',
    {
      schema: {
        ...common,
        operationId: 'downloadItemPackage',
        summary: '下载事项包 The package as it was published (zip)',
        params: ofVersion,
        response: { 200: { content: { 'application/zip': binary } } },
      },
    },
    async (request, reply) => {
      const { code, version } = request.params
      const found = await getVersionByNumber(db, code, version)
      const files = await listVersionFiles(db, found.id)
      // The same version is the same zip: entries carry no time of their own.
      const zip = zipSync(Object.fromEntries(files), { mtime: ZIP_EPOCH, level: 6 })
      return reply
        .type('application/zip')
        .header('content-disposition', contentDisposition(`${code}-${version}.zip`))
        .send(Buffer.from(zip))
    },
  )

  app.get(
    '/items/:code/versions/:version/flow',
    {
      schema: {
        ...common,
        operationId: 'downloadItemFlow',
        summary: '流程图 The flow as BPMN 2.0 XML',
        params: ofVersion,
        response: { 200: { content: { 'application/xml': { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      const { code, version } = request.params
      const { flow } = await getVersionByNumber(db, code, version)
      return reply
        .type('application/xml; charset=utf-8')
        .header('content-disposition', contentDisposition(`${code}-${version}.bpmn`))
        .send(flow)
    },
  )
}

/** Zip's own beginning of time, in local fields as the format wants it. */
const ZIP_EPOCH = new Date(1980, 0, 1)
