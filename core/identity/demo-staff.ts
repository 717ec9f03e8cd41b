/**
 * The made-up staff of the demo district. The embedded OIDC provider signs them in (sub = `demo|<login>`), the seed
 * gives them their posts. No real person; the numbers follow no real series.
 */
export interface DemoPerson {
  readonly login: string
  /** sub claim */
  readonly subject: string
  readonly staffNo: string
  readonly name: string
  readonly unit: string
  readonly post: string
}

const person = (
  login: string,
  staffNo: string,
  name: string,
  unit: string,
  post: string,
): DemoPerson => ({ login, subject: `demo|${login}`, staffNo, name, unit, post })

export const DEMO_STAFF: readonly DemoPerson[] = [
  person('window1', 'TH0101', '方雨晴', 'TH-HALL', 'POST-ACCEPTANCE'),
  person('window2', 'TH0102', '谢明远', 'TH-HALL', 'POST-ACCEPTANCE'),
  person('issuer1', 'TH0103', '邓可欣', 'TH-HALL', 'POST-ISSUER'),
  person('designer1', 'TH0104', '许知行', 'TH-HALL', 'POST-DESIGNER'),
  person('operator1', 'TH0105', '曾思齐', 'TH-HALL', 'POST-OPERATOR'),
  person('examiner1', 'TH0201', '何文静', 'TH-HRSS', 'POST-EXAMINER'),
  person('examiner2', 'TH0202', '罗建业', 'TH-HRSS', 'POST-EXAMINER'),
  person('reviewer1', 'TH0203', '梁晓岚', 'TH-HRSS', 'POST-REVIEWER'),
  person('reviewer2', 'TH0204', '唐致和', 'TH-HRSS', 'POST-REVIEWER'),
  person('chief1', 'TH0205', '冯启明', 'TH-HRSS', 'POST-CHIEF'),
  person('food-examiner1', 'TH0301', '蔡雅文', 'TH-AMR', 'POST-EXAMINER'),
  person('food-reviewer1', 'TH0302', '彭立群', 'TH-AMR', 'POST-REVIEWER'),
  person('food-chief1', 'TH0303', '江慧敏', 'TH-AMR', 'POST-CHIEF'),
  person('inspector1', 'TH0304', '卢志强', 'TH-AMR', 'POST-INSPECTOR'),
  person('inspector2', 'TH0305', '潘若兰', 'TH-AMR', 'POST-INSPECTOR'),
  person('street1', 'TH0401', '黎春华', 'TH-STREET-WUSHAN', 'POST-STREET'),
  person('street2', 'TH0402', '孔令仪', 'TH-STREET-WUSHAN', 'POST-STREET'),
]
