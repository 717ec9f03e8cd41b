import type { Get, Services } from './services.ts'
import { service } from './services.ts'

const COMMAND = 'together'

/** Several edits that a person made as one and takes back as one. */
export function together(get: Get, run: () => void): void {
  get('commandStack').execute(COMMAND, { run })
}

export const togetherModule = {
  __init__: ['together'],
  together: service(['commandStack'], (commands: Services['commandStack']) => {
    // Edits made before the command's own execution are recorded with it; redo repeats them one by one.
    commands.register(COMMAND, { preExecute: ({ run }: { run: () => void }) => run() })
    return {}
  }),
}
