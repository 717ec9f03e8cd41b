import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import { addPageHeaders } from '../plugins/security-headers.ts'
import { html, page } from './html.ts'

const BODY = page(
  '一窗 Yichuang',
  html`<h1>一窗 Yichuang</h1>
    <p>政务服务大厅审批平台：申请人的门、工作人员的桌、事项管理员的台，都是公开的 HTTP 接口。</p>
    <p class="en">
      An approval platform for government service centres. Every counter is a public HTTP interface.
    </p>
    <section>
      <dl>
        <dt>办事指南 <span class="en">Guides</span></dt>
        <dd><a href="/api/hall/items">/api/hall/items</a></dd>
        <dt>接口说明 <span class="en">OpenAPI 3.1</span></dt>
        <dd><a href="/api/openapi.json">/api/openapi.json</a></dd>
        <dt>工作人员登录 <span class="en">Staff sign-in</span></dt>
        <dd><a href="/auth/login?returnTo=/api/session">/auth/login</a></dd>
        <dt>流程设计 <span class="en">Modeler (designer1)</span></dt>
        <dd><a href="/modeler/">/modeler/</a></dd>
        <dt>我是谁 <span class="en">Session</span></dt>
        <dd><a href="/api/session">/api/session</a></dd>
        <dt>文书核验 <span class="en">Verify a paper</span></dt>
        <dd><code>/verify/&lt;核验码 code&gt;</code></dd>
        <dt>运行状况 <span class="en">Readiness</span></dt>
        <dd><a href="/readyz">/readyz</a></dd>
      </dl>
    </section>`,
)

export const indexPage: FastifyPluginAsyncTypebox<{ https: boolean }> = async (app, { https }) => {
  await addPageHeaders(app, { https })
  app.get(
    '/',
    {
      schema: {
        operationId: 'getIndex',
        summary: '首页 What this is and where things are (page)',
        tags: ['public'],
        produces: ['text/html'],
        response: { 200: { content: { 'text/html': { schema: Type.String() } } } },
      },
    },
    async (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .serializer((text: unknown) => String(text))
        .send(BODY),
  )
}
