import { describe, expect, it } from 'vitest'

import { collectFacts } from '../../../core/documents/collect-facts.ts'
import type { DocumentKind } from '../../../core/documents/document-facts.ts'
import { findFonts } from '../../../core/documents/fonts.ts'
import { createTypesetter } from '../../../core/documents/typesetter.ts'
import type { CaseContext } from '../../../core/cases/case-context.ts'
import {
  caseContext,
  EXAMINER,
  events,
  filed,
  lookups,
  lookupsWithout,
  materialFile,
  type Happening,
} from '../../support/documents-builders.ts'
import { pdfText } from '../../support/pdf-text.ts'

const typesetter = createTypesetter({ fonts: findFonts() })

/** The paper as its reader sees it, without the layout's blanks. */
function textOf(kind: DocumentKind, context: CaseContext, given = lookups()): string {
  const facts = collectFacts(kind, context, given, '穗天人社许字〔2026〕000123号')
  const verify = { code: 'ABCDEFGHJKMNPQRS', qr: '<svg xmlns="http://www.w3.org/2000/svg"/>' }
  const { pdf } = typesetter.typeset({
    kind,
    createdAt: new Date('2026-11-23T02:00:00Z'),
    data: { ...facts, queryCode: '7K2M9QXA', verify },
  })
  return pdfText(pdf)
}

const accepted: Happening = ['accepted', { mode: 'ordinary', tolerated: [] }]
const grounds = {
  lawIds: ['CONTRACT-57'],
  facts: [
    {
      text: '验资报告载明实缴注册资本为150万元',
      evidence: [
        { kind: 'material' as const, fileId: 'file-CAPITAL-REPORT', locus: '2' },
        { kind: 'form' as const, snapshot: 1, field: 'registeredCapital' },
      ],
    },
    {
      text: '核查时经营场所无人办公。',
      evidence: [{ kind: 'event' as const, seq: 4, locus: '第1项' }],
    },
  ],
  ruleIds: ['R-CAPITAL'],
  reasoning: '实缴注册资本150万元少于二百万元，R-CAPITAL不成立',
  remediesConfirmed: true,
}
const REMEDIES =
  '如不服本决定，可自收到之日起六十日内向天河区人民政府申请行政复议，或者六个月内依法向广州铁路运输法院提起行政诉讼。'

describe('受理通知书', () => {
  it('says the canonical sentence of domain.md §13 with both time limits', () => {
    const context = caseContext('labour-dispatch', {
      events: events(...filed(), accepted),
      files: [materialFile('ARTICLES'), materialFile('ARTICLES', 'second')],
    })
    const text = textOf('acceptance-notice', context)
    expect(text).toContain('广州示例劳务有限公司：你(单位)于2026年11月23日提出的劳务派遣经营许可')
    expect(text).toContain(
      '申请，材料齐全、符合法定形式，根据《中华人民共和国行政许可法》第三十二条第一款第(五)项，' +
        '本机关决定自2026年11月23日起受理(办件编号TH261123-0001，查询密码7K2M9QXA)。' +
        '法定办结时限20个工作日(至2026年12月21日)，承诺于2026年12月7日前办结；' +
        '依法需听证、检验、检测、鉴定、专家评审等的，所需时间不计算在内并另行书面告知。',
    )
    expect(text).toContain('已收材料：1.公司章程(原件0份/复印件0份/电子文件2份)')
    expect(text).toContain('(行政许可专用章)2026年11月23日经办人：TH0101')
  })

  it('counts papers that came by courier as papers, and names what is tolerated', () => {
    const context = caseContext('labour-dispatch', {
      inbound: 'ems',
      events: events(...filed('ems'), ['accepted', { mode: 'tolerance', tolerated: ['LEASE'] }]),
    })
    const text = textOf('acceptance-notice', context)
    expect(text).toContain('主要材料齐全、符合法定形式')
    expect(text).toContain('尚缺材料：《经营场所租赁合同》，按容缺受理通知书补齐。')
    expect(text).toContain('1.劳务派遣经营许可申请书(原件1份/复印件0份)')
    expect(text).not.toMatch(/\d\.经营场所租赁合同/)
  })

  it('does not call a service a licence and names the law of the item', () => {
    const context = caseContext('flex-pension', { events: events(...filed(), accepted) })
    const text = textOf('acceptance-notice', context, lookups({ organ: '五山街道办事处' }))
    expect(text).not.toContain('行政许可')
    expect(text).toContain(
      '根据《中华人民共和国社会保险法》第十条第二款、《中华人民共和国社会保险法》第五十八条第二款',
    )
    expect(text).toContain('五山街道办事处(业务专用章)')
  })
})

describe('补正材料一次性告知书', () => {
  it('lists every defect with rule, standard and remedy, and promises that there is no other', () => {
    const defects = [
      {
        subject: 'ARTICLES',
        kind: 'material' as const,
        ruleId: 'A-ARTICLES',
        problem: '缺少股东签名页',
        fix: '补交签名页',
      },
      {
        subject: 'registeredCapital',
        kind: 'field' as const,
        ruleId: 'R-CAPITAL',
        problem: '与验资报告不一致',
        fix: '按验资报告更正',
      },
    ]
    const context = caseContext('labour-dispatch', {
      events: events(...filed(), [
        'correction-requested',
        { defects, deadline: '2026-12-07', manner: 'desk' },
      ]),
    })
    const text = textOf('correction-notice', context)
    expect(text).toContain(
      '根据《中华人民共和国行政许可法》第三十二条第一款第(四)项，一次性告知如下：',
    )
    expect(text).toContain(
      '1.《公司章程》：存在问题缺少股东签名页；依据(受理标准A-ARTICLES)提交公司章程；补正要求补交签名页。',
    )
    expect(text).toContain('2.《申请表》“注册资本（元）”：存在问题与验资报告不一致')
    expect(text).toContain(
      '以上共2项。请于2026年12月7日前补正；逾期未补正的，视为放弃本次申请，可重新申请。' +
        '除上述内容外，本次申请无其他需补正事项。',
    )
    expect(text).toContain('签收：')
  })
})

describe('不予受理决定书', () => {
  const refused = (payload: { limb: 'not-required' | 'not-competent'; competentOrgan?: string }) =>
    caseContext('labour-dispatch', {
      events: events(...filed(), ['acceptance-refused', { ...payload, grounds }]),
    })

  it('names the competent organ, its limb of article 32 and the remedies', () => {
    const text = textOf(
      'non-acceptance-decision',
      refused({ limb: 'not-competent', competentOrgan: '广州市人力资源和社会保障局' }),
    )
    expect(text).toContain(
      '申请事项依法不属于本机关职权范围，根据《中华人民共和国行政许可法》第三十二条第一款第(二)项，' +
        '决定不予受理。应向广州市人力资源和社会保障局申请。',
    )
    expect(text).toContain(REMEDIES)
  })

  it('says that no licence is needed, by the other limb', () => {
    const text = textOf('non-acceptance-decision', refused({ limb: 'not-required' }))
    expect(text).toContain('申请事项不需要取得行政许可')
    expect(text).toContain('第三十二条第一款第(一)项')
    expect(text).not.toContain('应向')
  })

  it('is not printed while no remedy is in force for the organ', () => {
    const without = lookupsWithout('remedies')
    expect(() =>
      textOf('non-acceptance-decision', refused({ limb: 'not-required' }), without),
    ).toThrow(/no remedy row in force/)
  })
})

describe('不予行政许可决定书', () => {
  it('leads from evidence through rules and law to the decision and the remedies', () => {
    const context = caseContext('labour-dispatch', {
      files: [materialFile('CAPITAL-REPORT')],
      events: events(
        ...filed(),
        accepted,
        [
          'site-inspected',
          {
            inspectors: [EXAMINER, 'other'],
            at: '2026-11-23T12:00:00+08:00',
            findings: [{ ruleId: 'R-PREMISES', outcome: 'fail', fact: '无人办公', evidence: [] }],
          },
        ],
        ['decided', { decision: 'refuse', mode: 'desk', text: '不予许可', grounds }],
      ),
    })
    const text = textOf('refusal-decision', context)
    expect(text).toContain('不予行政许可决定书')
    expect(text).toContain('，本机关于2026年11月23日受理(办件编号TH261123-0001)。经审查，查明：')
    expect(text).toContain(
      '1.验资报告载明实缴注册资本为150万元(证据：《验资报告或者财务审计报告》第2页，申请人提交；' +
        '《申请表》“注册资本（元）”，申请人填报)。',
    )
    expect(text).toContain('2.核查时经营场所无人办公(证据：现场核查记录第1项，本机关依法取得)。')
    expect(text).toContain('上述事实不符合《中华人民共和国劳动合同法》第五十七条：经营劳务派遣业务')
    expect(text).toContain('及本事项审查标准R-CAPITAL注册资本不少于人民币200万元。理由：')
    expect(text).toContain('根据《中华人民共和国行政许可法》第三十八条第二款，决定不予行政许可。')
    expect(text).toContain(REMEDIES)
    expect(text).toContain('(公章)')
  })

  it('cannot be made from a grant', () => {
    const context = caseContext('labour-dispatch', {
      events: events(...filed(), ['decided', { decision: 'grant', mode: 'desk', text: '准予' }]),
    })
    expect(() => textOf('refusal-decision', context)).toThrow(/ACT_NOT_ALLOWED/)
  })
})

describe('准予行政许可决定书 and the certificate', () => {
  const granted = caseContext('labour-dispatch', {
    events: events(...filed(), accepted, [
      'decided',
      { decision: 'grant', mode: 'desk', text: '准予' },
    ]),
  })

  it('says what is granted, for how long, by which articles, and when to renew', () => {
    const text = textOf('grant-decision', granted)
    expect(text).toContain(
      '经审查，符合《中华人民共和国劳动合同法》第五十七条规定的条件，' +
        '根据《中华人民共和国行政许可法》第三十八条第一款，决定准予从事劳务派遣业务，' +
        '有效期2026年11月23日至2029年11月22日，证书编号穗天人社证〔2026〕000001号。',
    )
    expect(text).toContain('需延续的，应在有效期届满60日前提出。')
  })

  it('prints the certificate with holder, number and term', () => {
    const text = textOf('licence', granted)
    expect(text).toContain('劳务派遣经营许可证证书编号：穗天人社证〔2026〕000001号')
    expect(text).toContain('持证人：广州示例劳务有限公司')
    expect(text).toContain('有效期限：2026年11月23日至2029年11月22日')
  })

  it('writes a register without an end date as 长期有效', () => {
    const licence = { no: 'N-1', from: '2026-11-23', until: '9999-12-31' }
    expect(textOf('licence', granted, lookups({ licence }))).toContain('自2026年11月23日起长期有效')
  })

  it('grants a service in its own words and without a certificate', () => {
    const context = caseContext('flex-pension', { events: [...granted.events] })
    const without = lookupsWithout('licence')
    const text = textOf('grant-decision', context, without)
    expect(text).toContain('准予办理决定书')
    expect(text).toContain('决定准予办理灵活就业人员企业职工基本养老保险参保登记。')
    expect(text).not.toContain('证书编号')
    expect(text).not.toContain('行政许可')
  })
})

describe('收件凭证', () => {
  it('says that receiving is not accepting and until when the hall must speak', () => {
    const context = caseContext('labour-dispatch', { events: events(...filed()) })
    const text = textOf('submission-receipt', context)
    expect(text).toContain('收件凭证')
    expect(text).toContain('查询密码：7K2M9QXA')
    expect(text).toContain('收件时间2026年11月23日10:00')
    expect(text).toContain(
      '收件不等于受理。本单位将于2026年11月30日前告知是否受理；逾期不告知的，自收到申请材料之日起即为受理。',
    )
  })

  it('does not claim papers that are still with the courier', () => {
    const [submitted] = filed('ems')
    const context = caseContext('labour-dispatch', { inbound: 'ems', events: events(submitted) })
    const text = textOf('submission-receipt', context, lookups({ due: {} }))
    expect(text).toContain('网上申报回执')
    expect(text).toContain('自收到材料之日起5个工作日内告知是否受理')
    expect(text).not.toContain('已收材料')
  })
})

describe('容缺受理通知书 and 终止办理决定书', () => {
  it('carries the promise of the applicant word by word', () => {
    const context = caseContext('labour-dispatch', {
      events: events(...filed(), [
        'accepted',
        { mode: 'tolerance', tolerated: ['LEASE'], toleranceDeadline: '2026-12-01' },
      ]),
    })
    expect(textOf('tolerance-notice', context)).toContain(
      '本人(单位)知悉《经营场所租赁合同》尚缺，承诺于2026年12月1日前以网上上传方式补齐；' +
        '逾期或不符的，同意终止办理并自行承担后果。',
    )
  })

  it('ends a tolerated case with reason and remedies', () => {
    const context = caseContext('labour-dispatch', {
      events: events(
        ...filed(),
        accepted,
        ['tolerance-expired', { deadline: '2026-12-01' }],
        ['terminated', { reason: '逾期未补齐容缺材料。' }],
      ),
    })
    const text = textOf('termination-notice', context)
    expect(text).toContain('应于2026年12月1日前补齐尚缺材料。因逾期未补齐容缺材料，')
    expect(text).toContain('本机关决定终止办理')
    expect(text).toContain(REMEDIES)
  })

  it('gives a file back when nothing was accepted', () => {
    const context = caseContext('labour-dispatch', {
      events: events(...filed(), ['correction-expired', { deadline: '2026-12-07' }]),
    })
    const text = textOf('termination-notice', context)
    expect(text).toContain('退件通知书')
    expect(text).toContain('视为放弃本次申请，申请材料予以退回，可重新申请。')
  })
})

describe('the public copy', () => {
  it('masks a natural person and leaves a company as it is', () => {
    const instant = events(...filed(), [
      'decided',
      { decision: 'grant', mode: 'instant', text: '准予' },
    ])
    const person = collectFacts(
      'grant-decision',
      caseContext('flex-pension', { events: instant }),
      lookups(),
      'N',
    )
    expect(person.public).toMatchObject({
      applicantName: '张*丰',
      applicantIdNo: '440106********1231',
    })
    expect(JSON.stringify(person.public)).not.toContain('张三丰')
    const company = collectFacts(
      'grant-decision',
      caseContext('labour-dispatch', { events: instant }),
      lookups(),
      'N',
    )
    expect(company.public).toMatchObject({ applicantIdNo: '91440106MA00000A94' })
  })
})
