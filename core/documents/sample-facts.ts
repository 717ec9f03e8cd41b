/** Made-up facts of each kind: what an item's own template is compiled with before it is published. */
import type {
  DocumentBodies,
  DocumentFacts,
  DocumentKind,
  FactsOf,
  ListedGrounds,
} from './document-facts.ts'
import { documentTitle, sealOf } from './document-words.ts'

const materials = [
  { name: '公司章程', originals: 0, copies: 1, files: 0 },
  { name: '营业执照', originals: 0, copies: 0, files: 2 },
]
const remedies = { reconsideration: '天河区人民政府', court: '广州铁路运输法院' }
const grounds: ListedGrounds = {
  findings: [
    {
      text: '验资报告载明实缴注册资本为150万元',
      evidence: [{ name: '《验资报告》第2页', obtained: '申请人提交' }],
    },
  ],
  laws: [
    {
      citation: '《中华人民共和国劳动合同法》第五十七条第一款第(一)项',
      text: '注册资本不得少于人民币二百万元',
    },
  ],
  rules: [{ id: 'R-CAPITAL', text: '注册资本不少于人民币二百万元' }],
  reasoning: '实缴注册资本150万元少于法定的二百万元，审查标准R-CAPITAL不成立，不符合法定条件。',
}

const BODIES: DocumentBodies = {
  'submission-receipt': {
    received: true,
    receivedAt: '2026-11-23 09:05',
    channel: '窗口办理',
    place: '天河区政务服务中心',
    materials,
    acceptDays: 5,
    acceptBy: '2026-11-30',
  },
  'acceptance-notice': {
    submittedOn: '2026-11-23',
    acceptedOn: '2026-11-24',
    basis: '《中华人民共和国行政许可法》第三十二条第一款第(五)项',
    statutory: '20个工作日',
    legalOn: '2026-12-22',
    promisedOn: '2026-12-08',
    materials,
    tolerated: [],
    free: true,
  },
  'correction-notice': {
    submittedOn: '2026-11-23',
    basis: '《中华人民共和国行政许可法》第三十二条第一款第(四)项',
    defects: [
      {
        subject: '《公司章程》',
        problem: '缺少股东签名页',
        ruleId: 'R-ARTICLES',
        standard: '章程完整并经全体股东签署',
        fix: '补交全体股东签名的末页',
      },
      {
        subject: '《申请表》“注册资本”',
        problem: '与验资报告不一致',
        ruleId: 'R-CAPITAL',
        standard: '注册资本不少于人民币二百万元',
        fix: '按验资报告更正',
      },
    ],
    deadline: '2026-12-07',
  },
  'tolerance-notice': {
    submittedOn: '2026-11-23',
    acceptedOn: '2026-11-24',
    materials: ['经营场所租赁合同'],
    deadline: '2026-12-01',
    manner: '网上上传',
  },
  'non-acceptance-decision': {
    submittedOn: '2026-11-23',
    limb: 'not-competent',
    basis: '《中华人民共和国行政许可法》第三十二条第一款第(二)项',
    competentOrgan: '广州市人力资源和社会保障局',
    grounds,
    remedies,
  },
  'grant-decision': {
    acceptedOn: '2026-11-24',
    conditions: '《中华人民共和国劳动合同法》第五十七条',
    basis: '《中华人民共和国行政许可法》第三十八条第一款',
    content: '经营劳务派遣业务',
    licence: {
      name: '劳务派遣经营许可证',
      no: '440106202600001',
      from: '2026-12-01',
      until: '2029-11-30',
    },
    renewalDaysBefore: 60,
  },
  'refusal-decision': {
    acceptedOn: '2026-11-24',
    basis: '《中华人民共和国行政许可法》第三十八条第二款',
    grounds,
    remedies,
  },
  'termination-notice': {
    submittedOn: '2026-11-23',
    cause: 'tolerance-expired',
    deadline: '2026-12-01',
    reason: '逾期未补齐容缺材料',
    remedies,
  },
  licence: {
    name: '劳务派遣经营许可证',
    no: '440106202600001',
    content: '经营劳务派遣业务',
    from: '2026-12-01',
    until: '2029-11-30',
  },
}

export function sampleFacts<K extends DocumentKind>(kind: K): FactsOf<K> {
  const title = documentTitle(kind, true)
  const docNo = '穗天人社许字〔2026〕000123号'
  const organ = '天河区人力资源和社会保障局'
  const name = '广州示例劳务有限公司'
  const idNo = '91440106MA00000A94'
  const caseNo = 'TH261123-0001'
  const itemName = '劳务派遣经营许可(新办)'
  const issuedOn = '2026-11-24'
  return {
    kind,
    title: kind === 'licence' ? BODIES.licence.name : title,
    docNo,
    caseNo,
    unifiedNo: '1144010600000001904440131001001202611230001',
    organ,
    seal: sealOf(kind, true),
    handler: 'TH0101',
    contact: '020-38000000',
    issuedOn,
    licensing: true,
    applicant: { name, idLabel: '统一社会信用代码', idNo },
    item: {
      name: itemName,
      code: 'LABOUR-DISPATCH',
      taskCode: '1144010600000001904440131001001',
    },
    body: BODIES[kind],
    public: {
      title,
      docNo,
      organ,
      itemName,
      caseNo,
      applicantName: name,
      applicantIdNo: idNo,
      issuedOn,
    },
  }
}

/** `sampleFacts` where the kind is only known at run time. */
export function anySampleFacts(kind: DocumentKind): DocumentFacts {
  return sampleFacts(kind) as DocumentFacts
}
