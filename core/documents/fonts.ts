/** Fonts of the papers: npm brings them (OFL), a system Noto CJK adds rare characters when there is one. */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'

const require = createRequire(import.meta.url)

/** One folder a weight: naming the package's root would load all nine. */
const FILES = [
  '@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf',
  '@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf',
  '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
  '@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf',
] as const

export interface Fonts {
  /** folders the compiler searches beside the system's own */
  readonly folders: readonly string[]
}

/** @throws when the npm font packages are not installed */
export function findFonts(): Fonts {
  return { folders: FILES.map((file) => dirname(require.resolve(file))) }
}

/** Names with these characters occur; GB 18030-2022 level 3 asks for them (domain.md, libraries.md §6). */
export const RARE_CHARACTERS = ['𠮷', '㛃', '䶮', '𬭚'] as const
