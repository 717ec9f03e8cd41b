/**
 * The one registry of what can go wrong for a person: stable code, HTTP status, title and remedy in Chinese and English.
 * Rendered as application/problem+json (RFC 9457) by server/plugins/problem-reply.ts; listed in docs/problems.md.
 */
import { Type, type Static } from 'typebox'

interface Entry {
  readonly status: number
  readonly zh: string
  readonly en: string
  readonly doZh: string
  readonly doEn: string
}

const entry = (status: number, zh: string, en: string, doZh: string, doEn: string): Entry => ({
  status,
  zh,
  en,
  doZh,
  doEn,
})

export const PROBLEMS = {
  INVALID_INPUT: entry(
    400,
    '提交的内容有误',
    'The request is not valid',
    '按 fields 逐项改正后重新提交',
    'Correct each entry of fields and send again',
  ),
  UNSUPPORTED_MEDIA: entry(
    415,
    '不支持的内容类型',
    'Unsupported content type',
    '按接口说明的类型发送',
    'Send the content type the API describes',
  ),
  NOT_FOUND: entry(404, '没有这个地址', 'No such address', '核对地址', 'Check the address'),
  TOO_MANY_REQUESTS: entry(
    429,
    '请求太频繁',
    'Too many requests',
    '稍后再试',
    'Wait and try again',
  ),
  INTERNAL: entry(
    500,
    '系统出错，您的内容没有丢',
    'The system failed; nothing of yours is lost',
    '稍后重试；仍不行请报编号',
    'Try again later; report the instance number if it stays',
  ),
  NOT_READY: entry(
    503,
    '系统暂时不可用',
    'Temporarily unavailable',
    '稍后重试',
    'Try again shortly',
  ),
  SIGN_IN_REQUIRED: entry(401, '请先登录', 'Sign in first', '登录后重试', 'Sign in and repeat'),
  CSRF_TOKEN_MISSING: entry(
    403,
    '请求缺少防伪标记',
    'The CSRF token is missing or wrong',
    '取 /api/session 的 csrfToken 放入 x-csrf-token',
    'Send the csrfToken of /api/session as x-csrf-token',
  ),
  NOT_YOUR_POST: entry(
    403,
    '您的岗位不能办这一步',
    'Your posts may not act on this step',
    '联系有权岗位或管理员',
    'Ask a holder of the post, or the administrator',
  ),
  SAME_PERSON: entry(
    409,
    '同一人不能既承办又审核',
    'The same person may not do both steps',
    '请另一人办理',
    'Let a second person act',
  ),
  ITEM_NOT_FOUND: entry(404, '没有这个事项', 'No such item', '核对事项编码', 'Check the item code'),
  ITEM_SUSPENDED: entry(
    409,
    '事项已暂停',
    'The item is suspended',
    '查看事项指南的说明',
    'See the notice on the guide',
  ),
  ITEM_VERSION_NOT_FOUND: entry(
    404,
    '没有这个版本',
    'No such version',
    '核对版本号',
    'Check the version number',
  ),
  CHANNEL_NOT_OFFERED: entry(
    409,
    '该事项不支持这个办理渠道',
    'The item is not offered on this channel',
    '改用指南列出的渠道',
    'Use a channel the guide lists',
  ),
  PACKAGE_REFUSED: entry(
    422,
    '事项包未通过检查',
    'The item package is refused',
    '按 fields 逐项修改',
    'Correct each entry of fields',
  ),
  DRAFT_NOT_FOUND: entry(
    404,
    '没有这份草稿',
    'No such draft',
    '核对草稿编号与凭证',
    'Check the draft id and its token',
  ),
  DRAFT_INCOMPLETE: entry(
    422,
    '申请还不完整',
    'The application is not complete',
    '按 fields 逐项补全',
    'Complete each entry of fields',
  ),
  ALREADY_SUBMITTED: entry(
    409,
    '这份申请已经提交',
    'This application was submitted already',
    '用办件编号和查询密码查询',
    'Query with the case number and code',
  ),
  DRAFT_CHANGING: entry(
    409,
    '提交的同时草稿还在修改',
    'The draft kept changing while it was submitted',
    '保存完成后再提交',
    'Submit again when saving has ended',
  ),
  IDEMPOTENCY_KEY_REQUIRED: entry(
    400,
    '缺少 Idempotency-Key',
    'The Idempotency-Key header is missing',
    '每次提交生成一个唯一值，重试时用同一个',
    'Send one unique value per submission; repeat it on retries',
  ),
  MATERIAL_UNKNOWN: entry(
    422,
    '清单里没有这份材料',
    'The item lists no such material',
    '核对材料编码',
    'Check the material code',
  ),
  MATERIAL_NOT_ASKED: entry(
    409,
    '现在没有要求这份材料',
    'This material is not asked for now',
    '只补通知书列出的材料',
    'Supply only what the notice lists',
  ),
  FILE_TYPE_REFUSED: entry(
    415,
    '文件类型不对',
    'This file type is not accepted',
    '换成材料要求的类型',
    'Use a type the material accepts',
  ),
  FILE_TOO_LARGE: entry(
    413,
    '文件太大',
    'The file is too large',
    '压缩或拆分后再传',
    'Compress or split it',
  ),
  FILE_EMPTY: entry(
    422,
    '文件是空的',
    'The file is empty',
    '重新选择文件',
    'Choose the file again',
  ),
  FILE_COUNT_EXCEEDED: entry(
    409,
    '这份材料的文件数已满',
    'Too many files for this material',
    '先删掉一份',
    'Remove one first',
  ),
  FILE_NOT_FOUND: entry(404, '没有这个文件', 'No such file', '核对文件编号', 'Check the file id'),
  CASE_NOT_FOUND: entry(
    404,
    '办件编号或查询密码不对',
    'Wrong case number or code',
    '核对后再试',
    'Check both and try again',
  ),
  CASE_ACCESS_REQUIRED: entry(
    401,
    '请先用办件编号和查询密码查询',
    'Query with number and code first',
    '调用 /api/hall/case-access',
    'Call /api/hall/case-access',
  ),
  ACT_NOT_ALLOWED: entry(
    409,
    '办件现在的状态不能这样办',
    'The case does not allow this act now',
    '刷新后按 allowed 列出的办理',
    'Refresh and use one of allowed',
  ),
  TASK_NOT_FOUND: entry(404, '没有这个待办', 'No such task', '刷新待办列表', 'Refresh the inbox'),
  TASK_TAKEN: entry(
    409,
    '待办已被他人认领',
    'Another person has claimed the task',
    '办别的，或请他释放',
    'Take another, or ask for release',
  ),
  TASK_NOT_CLAIMED: entry(
    409,
    '请先认领',
    'Claim the task first',
    '认领后再办',
    'Claim it, then act',
  ),
  TASK_DONE: entry(
    409,
    '这一步已经办过',
    'This step is done already',
    '刷新待办列表',
    'Refresh the inbox',
  ),
  CORRECTION_ONLY_ONCE: entry(
    409,
    '补正只能一次性告知',
    'Correction is told once only',
    '只能就新交材料的新问题再告知',
    'Only new defects in newly supplied material may be told',
  ),
  CORRECTION_INCOMPLETE: entry(
    422,
    '补正通知没有列全',
    'The correction notice is not complete',
    '把 fields 列出的未通过规则一并告知（一次性告知）',
    'Add every failing rule that fields lists: all defects are told at once',
  ),
  TOLERANCE_NOT_OFFERED: entry(
    422,
    '这份材料不能容缺',
    'This material cannot be tolerated',
    '改选一次性补正',
    'Request a correction instead',
  ),
  REFUSAL_GATE: entry(
    422,
    '不予决定的要件不全',
    'The refusal lacks required parts',
    '补全 fields 列出的要件 (a)-(g)',
    'Supply the parts (a)-(g) that fields lists',
  ),
  INSPECTORS_TWO: entry(
    422,
    '现场核查须两名以上工作人员',
    'An on-site check needs two officers',
    '登记两名不同人员（行政许可法第三十四条）',
    'Name two different officers (Licensing Law art. 34)',
  ),
  DOCUMENT_NOT_FOUND: entry(
    404,
    '没有这份文书',
    'No such document',
    '核对文书编号',
    'Check the document id',
  ),
  PUSH_REFUSED: entry(
    400,
    '推送未通过校验',
    'The push failed verification',
    '核对密钥与报文',
    'Check the key and the message',
  ),
  INCIDENT_NOT_FOUND: entry(
    404,
    '没有这条异常',
    'No such incident',
    '刷新异常列表',
    'Refresh the incident list',
  ),
} as const satisfies Record<string, Entry>

export type ProblemCode = keyof typeof PROBLEMS

export const ProblemField = Type.Object(
  {
    field: Type.String({ description: 'JSON pointer or name of the field, material or rule' }),
    code: Type.String(),
    zh: Type.String(),
    en: Type.String(),
  },
  { additionalProperties: false },
)
export type ProblemField = Static<typeof ProblemField>

/** Body of every error answer; `title` follows Accept-Language (zh default), both languages are always inside. */
export const ProblemBody = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.Optional(Type.String()),
    remedy: Type.String({ description: 'what to do' }),
    instance: Type.String({ description: 'request id, also in the log' }),
    zh: Type.Object({ title: Type.String(), remedy: Type.String() }),
    en: Type.Object({ title: Type.String(), remedy: Type.String() }),
    fields: Type.Optional(Type.Array(ProblemField)),
    allowed: Type.Optional(Type.Array(Type.String())),
  },
  { $id: 'Problem' },
)
export type ProblemBody = Static<typeof ProblemBody>

export interface ProblemOptions {
  readonly fields?: readonly ProblemField[]
  readonly allowed?: readonly string[]
  /** Never personal data: it is logged and sent. */
  readonly detail?: string
  readonly cause?: unknown
}

/** A person's mistake or a state that forbids the act; the server renders it, a worker treats it as final. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly fields: readonly ProblemField[]
  readonly allowed: readonly string[]
  readonly detail: string | undefined

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(
      `${code}: ${PROBLEMS[code].en}`,
      options.cause === undefined ? {} : { cause: options.cause },
    )
    this.name = 'Problem'
    this.code = code
    this.status = PROBLEMS[code].status
    this.fields = options.fields ?? []
    this.allowed = options.allowed ?? []
    this.detail = options.detail
  }
}

/** `throw problem('CASE_NOT_FOUND')` */
export function problem(code: ProblemCode, options: ProblemOptions = {}): Problem {
  return new Problem(code, options)
}
