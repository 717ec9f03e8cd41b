import { useState } from 'react'

import type { Workbench } from '../diagram/workbench.ts'
import { packDrawing, type PackageFiles } from '../package/item-package.ts'
import type { Answer, ProblemField } from '../server/answer.ts'
import { checkPackage, publishPackage, type Published } from '../server/designer.ts'

export interface Judgement {
  /** the state of the diagram that was judged: a later change makes it stale */
  readonly edition: number
  readonly fields: readonly ProblemField[]
}

/** Check and publish. Neither is optimistic: what is shown is what the server said. */
export function usePublishing(workbench: Workbench | undefined, files: PackageFiles) {
  const [judgement, setJudgement] = useState<Judgement>()
  const [failed, setFailed] = useState<Answer<never>>()
  const [busy, setBusy] = useState<'check' | 'publish'>()
  const [published, setPublished] = useState<Answer<Published>>()

  async function check(): Promise<void> {
    if (workbench === undefined || busy !== undefined) return
    setBusy('check')
    setFailed(undefined)
    const edition = workbench.edition()
    const answer = await checkPackage(packDrawing(files, await workbench.save()))
    judge(edition, answer)
    setBusy(undefined)
  }

  async function publish(): Promise<void> {
    if (workbench === undefined || busy !== undefined) return
    setBusy('publish')
    setFailed(undefined)
    const edition = workbench.edition()
    const answer = await publishPackage(packDrawing(files, await workbench.save()))
    judge(edition, answer)
    setPublished(answer)
    setBusy(undefined)
  }

  function judge(edition: number, answer: Answer<unknown>): void {
    if (answer.kind === 'ok') setJudgement({ edition, fields: [] })
    else if (answer.kind === 'problem' && answer.problem.code === 'PACKAGE_REFUSED')
      setJudgement({ edition, fields: answer.problem.fields })
    else setFailed(answer)
  }

  return {
    judgement,
    failed,
    busy,
    published,
    check,
    publish,
    forget: () => setPublished(undefined),
  }
}

/** `flow.bpmn#Task_Accept` or `item.json#/steps/Task_Accept/...` -> Task_Accept */
export function elementOf(field: string): string | undefined {
  const match = /^(?:flow\.bpmn#|item\.json#\/steps\/)([A-Za-z_][A-Za-z0-9_]*)/.exec(field)
  return match?.[1]
}

export function countByElement(fields: readonly ProblemField[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { field } of fields) {
    const id = elementOf(field)
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return counts
}
