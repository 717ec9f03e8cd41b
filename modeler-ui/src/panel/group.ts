import type { DiagramElement } from '../diagram/services.ts'
import type { Workbench } from '../diagram/workbench.ts'
import type { Vocabulary } from '../server/designer.ts'

/** What every property group is given; a group that has nothing to say of the element is not shown. */
export interface GroupProps {
  readonly element: DiagramElement
  readonly workbench: Workbench
  readonly vocabulary: Vocabulary
}
