/** Small but genuine files: what the hall sniffs and a viewer opens. Each call gives other bytes, so hashes differ. */
import { deflateSync, crc32 } from 'node:zlib'

export type SampleKind = 'pdf' | 'png' | 'jpg' | 'text'

export function sampleFile(kind: SampleKind, label: string): Buffer {
  switch (kind) {
    case 'pdf':
      return pdf(label)
    case 'png':
      return png(label)
    case 'jpg':
      return jpg(label)
    case 'text':
      return Buffer.from(`not a paper: ${label}`)
  }
}

function pdf(label: string): Buffer {
  const text = `BT /F1 18 Tf 72 720 Td (${label.replace(/[^ -~]|[()\\]/g, '?')}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, i) => {
    const at = body.length
    body += `${i + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const rows = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`
  return Buffer.from(
    `${body}${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`,
    'latin1',
  )
}

function png(label: string): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(data.length)
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const tail = Buffer.alloc(4)
    tail.writeUInt32BE(crc32(body))
    return Buffer.concat([head, body, tail])
  }
  const size = Buffer.alloc(13)
  size.writeUInt32BE(1, 0)
  size.writeUInt32BE(1, 4)
  size.set([8, 0, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', size),
    chunk('tEXt', Buffer.from(`Title\0${label}`, 'utf8')),
    chunk('IDAT', deflateSync(Buffer.from([0, 255]))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A 1x1 grey baseline JPEG with the label as comment. */
function jpg(label: string): Buffer {
  const comment = Buffer.from(label, 'utf8')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(comment.length + 2)
  const [soi, rest] = [Buffer.from('ffd8', 'hex'), Buffer.from(GREY_DOT, 'base64').subarray(2)]
  return Buffer.concat([soi, Buffer.from('fffe', 'hex'), length, comment, rest])
}

const GREY_DOT =
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////' +
  'wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z'
