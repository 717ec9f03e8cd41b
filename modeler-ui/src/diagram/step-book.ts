import type { CommandStack, Services } from './services.ts'
import { service } from './services.ts'

export interface CitizenWords {
  readonly zh: string
  readonly en: string
}

/** What item.json says of a step, beside the diagram (contracts/item-package.ts, Step). */
export interface StepEntry {
  readonly citizen: CitizenWords
  readonly act?: string
  readonly post?: string
  readonly unit?: string
}

export interface StepBook {
  load(steps: Readonly<Record<string, StepEntry>>): void
  get(id: string): StepEntry | undefined
  /** undoable, like every other edit */
  put(id: string, entry: StepEntry): void
  /** entries of the steps that are still drawn, in the order they were read */
  entriesOf(drawn: ReadonlySet<string>): Record<string, StepEntry>
}

interface PutContext {
  readonly id: string
  readonly entry: StepEntry
  before?: StepEntry | undefined
}

const COMMAND = 'step-book.put'

/** Keeps item.json's `steps` beside the diagram, on the same command stack: undo takes both back together. */
function createStepBook(eventBus: Services['eventBus'], injector: Services['injector']): StepBook {
  const steps = new Map<string, StepEntry>()
  // A viewer has no command stack.
  const commands: CommandStack | null = injector.get('commandStack', false)
  commands?.register(COMMAND, {
    execute(context: PutContext) {
      context.before = steps.get(context.id)
      steps.set(context.id, context.entry)
      return []
    },
    revert(context: PutContext) {
      if (context.before === undefined) steps.delete(context.id)
      else steps.set(context.id, context.before)
      return []
    },
  })
  // Fired on undo as well, with the ids the other way round.
  eventBus.on('element.updateId', ({ element, newId }) => {
    if (element === undefined || newId === undefined) return
    const entry = steps.get(element.id)
    if (entry === undefined) return
    steps.delete(element.id)
    steps.set(newId, entry)
  })
  return {
    load(entries) {
      steps.clear()
      for (const [id, entry] of Object.entries(entries)) steps.set(id, entry)
    },
    get: (id) => steps.get(id),
    put: (id, entry) => commands?.execute(COMMAND, { id, entry }),
    entriesOf: (drawn) => Object.fromEntries([...steps].filter(([id]) => drawn.has(id))),
  }
}

export const stepBookModule = {
  __init__: ['stepBook'],
  stepBook: service(['eventBus', 'injector'], createStepBook),
}
