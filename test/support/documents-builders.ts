import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { CaseEvent, CaseEventPayload, CaseEventType } from '../../contracts/case-events.ts'
import type { FormData, Transport } from '../../contracts/filing.ts'
import type { ItemPackage } from '../../contracts/item-package.ts'
import type { CaseContext } from '../../core/cases/case-context.ts'
import type { MaterialFile } from '../../core/cases/material-files.ts'
import type { ItemVersion } from '../../core/catalogue/item-versions.ts'
import type { Lookups } from '../../core/documents/reported-event.ts'

/** The shipped packages are the givens: a paper that reads badly with real words is found here. */
export type ItemFolder = 'labour-dispatch' | 'flex-pension' | 'food-licence'

const PROCESSES = join(import.meta.dirname, '../../processes')

export function shippedVersion(folder: ItemFolder): ItemVersion {
  const read = (file: string) => readFileSync(join(PROCESSES, folder, file), 'utf8')
  const item = JSON.parse(read('item.json')) as ItemPackage
  return {
    id: '1',
    itemCode: item.code,
    version: 1,
    sha256: '0'.repeat(64),
    package: item,
    form: JSON.parse(read('form.json')) as ItemVersion['form'],
    formSchema: {},
    flow: read('flow.bpmn'),
    steps: [],
    engineDefinitionId: 'definition-1',
    state: 'published',
    refusal: null,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    publishedAt: new Date('2026-01-01T00:00:00Z'),
  }
}

const FORMS: Record<ItemFolder, FormData> = {
  'labour-dispatch': {
    companyName: '广州示例劳务有限公司',
    uscc: '91440106MA00000A94',
    agentPhone: '13800000001',
    registeredCapital: 2_000_000,
  },
  'flex-pension': {
    fullName: '张三丰',
    residentId: '440106199003071231',
    mobile: '13800000002',
  },
  'food-licence': {
    operatorName: '天河示例餐饮店',
    companyName: '天河示例餐饮店',
    uscc: '92440106MAFAKE027H',
  },
}

export const EXAMINER = '00000000-0000-4000-8000-000000000001'
const HOUR = 3_600_000

export type Happening = { [T in CaseEventType]: [T, CaseEventPayload<T>] }[CaseEventType]

/** One event after another, an hour apart, from 2026-11-23 09:00 in China. */
export function events(...list: Happening[]): CaseEvent[] {
  const start = Date.parse('2026-11-23T09:00:00+08:00')
  return list.map(
    ([type, payload], index) =>
      ({
        seq: index + 1,
        type,
        payload,
        at: new Date(start + index * HOUR),
        actor:
          type === 'submitted' || type === 'received'
            ? { kind: 'applicant', id: 'applicant' }
            : { kind: 'staff', id: EXAMINER },
      }) as CaseEvent,
  )
}

export const filed = (inbound: Transport['inbound'] = 'upload'): [Happening, Happening] => [
  ['submitted', { snapshot: 1, channel: 'online', inbound, delivery: 'window', materials: [] }],
  ['received', { by: inbound }],
]

export function materialFile(materialCode: string, id = `file-${materialCode}`): MaterialFile {
  return {
    id,
    materialCode,
    fileName: `${materialCode}.pdf`,
    mediaType: 'application/pdf',
    sizeBytes: 10,
    sha256: 'a'.repeat(64),
    storageKey: `00/${'0'.repeat(32)}`,
    uploadedAt: new Date('2026-11-23T00:00:00Z'),
    filed: true,
    replaced: false,
  }
}

export function caseContext(
  folder: ItemFolder,
  given: {
    events: CaseEvent[]
    form?: FormData
    inbound?: Transport['inbound']
    files?: MaterialFile[]
  },
): CaseContext {
  const version = shippedVersion(folder)
  const { units } = version.package
  return {
    case: {
      id: '7',
      caseNo: 'TH261123-0001',
      unifiedNo: `${version.package.guide.taskCode}202611230001`,
      itemVersionId: '1',
      itemCode: version.itemCode,
      decidingUnit: units.deciding,
      handlingUnit: units.handling[0] ?? '',
      channel: 'online',
      submittedAt: new Date('2026-11-23T09:00:00+08:00'),
      revision: '1',
    },
    version,
    events: given.events,
    files: given.files ?? [],
    snapshot: 1,
    form: { ...FORMS[folder], ...given.form },
    transport: { inbound: given.inbound ?? 'upload', delivery: 'window' },
  }
}

export function lookups(given: Partial<Lookups> = {}): Lookups {
  return {
    organ: '天河区人力资源和社会保障局',
    place: '天河区政务服务中心',
    staffNo: 'TH0101',
    remedies: { reconsideration: '天河区人民政府', court: '广州铁路运输法院' },
    licence: { no: '穗天人社证〔2026〕000001号', from: '2026-11-23', until: '2029-11-22' },
    due: {
      receivedOn: '2026-11-23',
      acceptBy: '2026-11-30',
      acceptedOn: '2026-11-23',
      promisedOn: '2026-12-07',
      legalOn: '2026-12-21',
    },
    ...given,
  }
}

export function lookupsWithout(key: 'remedies' | 'licence'): Lookups {
  const given = Object.entries(lookups()).filter(([name]) => name !== key)
  return Object.fromEntries(given) as unknown as Lookups
}
