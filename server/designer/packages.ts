import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'

import { PackageSummary, PublishResult } from '../../contracts/designer.ts'
import { problem } from '../../contracts/problems.ts'
import type { Database } from '../../core/database/database.ts'
import { recordAudit } from '../../core/audit/record-audit.ts'
import { checkPackage } from '../../core/catalogue/check-package.ts'
import { MAX_PACKAGE_BYTES, type PackageFiles } from '../../core/catalogue/package-files.ts'
import { publishPackage } from '../../core/catalogue/publish.ts'
import { readPackageZip } from '../../core/catalogue/read-package.ts'
import type { Clock } from '../../core/clock/clock.ts'
import { withSingleFile } from '../plugins/single-file.ts'
import { staffActor } from '../session/staff-guard.ts'
import { waitForDeployment } from './wait-for-deployment.ts'

export interface PackageOptions {
  readonly db: Database
  readonly clock: Clock
}

const common = {
  tags: ['designer'],
  security: [{ staffSession: [] }],
  consumes: ['multipart/form-data'],
}

/** 发布: a zip comes in, is checked, pinned as an immutable version and deployed by the outbox. */
export const packageRoutes: FastifyPluginAsyncTypebox<PackageOptions> = async (
  app,
  { db, clock },
) => {
  app.post(
    '/packages/check',
    {
      schema: {
        ...common,
        operationId: 'checkPackage',
        summary: '检查事项包 Check a package without publishing it (zip)',
        response: { 200: PackageSummary },
      },
    },
    async (request, reply) => {
      const checked = await checkPackage(await packageOf(request, reply))
      if (!checked.ok) throw problem('PACKAGE_REFUSED', { fields: checked.problems })
      const { package: item, sha256, steps } = checked
      return {
        itemCode: item.code,
        sha256,
        name: item.guide.taskName,
        steps: steps.length,
        rules: item.rules.length,
        materials: item.materials.length,
      }
    },
  )

  app.post(
    '/packages',
    {
      schema: {
        ...common,
        operationId: 'publishPackage',
        summary: '发布事项包 Publish a package; the same content is the same version (zip)',
        response: { 201: PublishResult, 202: PublishResult },
      },
    },
    async (request, reply) => {
      const files = await packageOf(request, reply)
      const actor = staffActor(request)
      const { itemCode, version } = await publishPackage({ db, clock }, files, actor)
      const subject = `${itemCode}@${version}`
      await recordAudit(db, { at: clock.now(), actor, act: 'package.publish', subject })
      const state = await waitForDeployment(db, itemCode, version)
      return reply.code(state === 'published' ? 201 : 202).send({ itemCode, version, state })
    },
  )
}

/** @throws PACKAGE_REFUSED, FILE_TOO_LARGE */
async function packageOf(request: FastifyRequest, reply: FastifyReply): Promise<PackageFiles> {
  const zip = await withSingleFile(request, reply, async ({ content }) => {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of content as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > MAX_PACKAGE_BYTES) throw problem('FILE_TOO_LARGE')
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  })
  return readPackageZip(zip)
}
