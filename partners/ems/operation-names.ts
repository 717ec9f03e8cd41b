/** The post office's operation codes with the words it writes beside them (domain.md §6). */
export const operationNames: Readonly<Record<string, string>> = {
  '203': '收寄计费信息',
  '207': '收寄撤销',
  '305': '揽投发运',
  '389': '处理中心接收',
  '954': '处理中心封车',
  '989': '处理中心解车',
  '713': '到达投递机构',
  '702': '投递邮件接收-下段',
  '704': '投递结果反馈-妥投',
  '705': '投递结果反馈-未妥投',
  '708': '退件登记',
  '711': '退回妥投',
  '741': '妥投退回',
  '742': '下段冲销',
  '743': '妥投冲销',
  '744': '未妥投冲销',
  '747': '邮件入柜',
  '748': '邮件取走',
  '013': '邮件拦截',
}

/** The life of a parcel that meets no trouble; the last scan is a delivery to the addressee. */
export const ordinaryLife = ['203', '305', '702', '704'] as const
