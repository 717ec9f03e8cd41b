/**
 * 兜底条款: "other papers", "other conditions the law requires". A guide must say exactly what is asked (seed stage 3,
 * Licensing Law art. 31(2)): what is not listed can never be demanded later.
 */
const CATCH_ALL: readonly RegExp[] = [
  /其[他它](?:相关|有关|必要|需要|应当|应)?(?:的)?(?:申请)?(?:材料|资料|文件|证明|条件|要求|情形|手续)/u,
  /(?:法律|法规|规章|政策|规定|部门|机关|单位)[^。；，]{0,20}(?:规定|要求|认为|需要)[^。；，]{0,10}其[他它]/u,
  /(?:认为|视情况|根据需要|根据实际)[^。；]{0,12}(?:提交|提供|补充|具备)/u,
  /等(?:相关|有关|其他)(?:材料|资料|文件|证明)/u,
  /\b(?:any )?other (?:papers|documents|materials|conditions|requirements)\b/iu,
]

/** @returns the words that leave the door open, or undefined */
export function catchAllIn(text: string): string | undefined {
  for (const pattern of CATCH_ALL) {
    const match = pattern.exec(text)
    if (match !== null) return match[0]
  }
  return undefined
}
