/** For `npm run doctor`: which fonts the papers use, and whether rare names can be printed. */
import { findFonts, RARE_CHARACTERS } from './fonts.ts'
import { createTypesetter } from './typesetter.ts'

export interface FontReport {
  /** families of the npm packages, always there */
  readonly packaged: readonly string[]
  /** system families that fill the gaps; empty: none installed */
  readonly system: readonly string[]
  /** rare characters no font has; they would be printed as 〓(U+XXXX) */
  readonly missing: readonly string[]
}

/** Takes about half a second: it loads the fonts. @throws when the npm font packages are missing */
export function describeFonts(): FontReport {
  const typesetter = createTypesetter({ fonts: findFonts() })
  const present = (families: readonly string[]) =>
    families.filter((family) => typesetter.hasFamily(family))
  return {
    packaged: present(['Noto Serif SC', 'Noto Sans SC']),
    system: present(['Noto Serif CJK SC', 'Noto Sans CJK SC']),
    missing: typesetter.uncovered(RARE_CHARACTERS),
  }
}
