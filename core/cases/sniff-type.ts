/** The type of a file is what its bytes say, never what the browser or the name claims. */
export type MediaType = 'application/pdf' | 'image/jpeg' | 'image/png'

const SIGNATURES: readonly { readonly type: MediaType; readonly bytes: Buffer }[] = [
  { type: 'application/pdf', bytes: Buffer.from('%PDF-', 'latin1') },
  { type: 'image/jpeg', bytes: Buffer.from([0xff, 0xd8, 0xff]) },
  { type: 'image/png', bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
]

/** @returns undefined for anything the hall does not take */
export function sniffType(head: Buffer): MediaType | undefined {
  return SIGNATURES.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes))?.type
}
