/**
 * Keys of the simulators, shared by server, workers and scripts so that `npm start` needs no setup.
 * They open nothing in the world; a real installation sets its own by environment variables.
 */
export const demoKeys = {
  ems: {
    senderNo: '1100000000001',
    authorization: 'demo-authorization-0001',
    // 16 bytes, base64, as the post office hands it out: our own made-up key of domain.md §6.
    signKey: 'MDEyMzQ1Njc4OWFiY2RlZg==',
  },
  sms: {
    accessKeyId: 'demo-access-key-id',
    accessKeySecret: 'demo-access-key-secret',
    signName: '天河政务服务',
  },
  mail: { user: 'hall', password: 'demo-mail-password', from: 'hall@tianhe.example' },
} as const

/** Where the simulators listen by default, and where they call back. */
export const demoAddresses = {
  host: '127.0.0.1',
  httpPort: 8083,
  smtpPort: 8084,
  emsPath: '/ems/amp-prod-api/f/amp/api/open',
  smsPath: '/sms/',
  emsPushUrl: 'http://127.0.0.1:8080/api/partners/ems/push',
  smsReportUrl: 'http://127.0.0.1:8080/api/partners/sms/report',
} as const
