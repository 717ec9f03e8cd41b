import { describe, expect, it } from 'vitest'
import { openEnvelope, sealEnvelope } from '../../partners/ems/envelope.ts'

/** domain.md §6: the first is the post office's own published sample, the second our made-up key. */
const VECTORS = [
  {
    text: '{"language":"zh-CN","orderId":"QIAO-20200618-004"}',
    signKey: 'TvaBgrhE46sft3nZlfe7xw==',
    envelope:
      '|$4|efB6PnjDpgHG4xfrvYlXonyBuMJoGTynkfasopHvbl2u3nmNeP+rznA3DyRwb/2GeZL7I3rL6HKD5+Tv3Uy6x8jIDISbYG8Bg14caH2flYE=',
  },
  {
    text: '[{"wholeAddress":"ABC123"}]',
    signKey: 'MDEyMzQ1Njc4OWFiY2RlZg==',
    envelope:
      '|$4|P9XyOj6iFRfRxckyH0s2N/GtozQZwaebBypH3hP6FI4BQ7kT1Hj5uXjWaLf7YSONzwNpz9h07Hi/DLzb1Zn8uA==',
  },
]

describe('the EMS envelope', () => {
  it.each(VECTORS)('given the vector $text, then it is sealed byte for byte', (vector) => {
    expect(sealEnvelope(vector.text, vector.signKey)).toBe(vector.envelope)
  })

  it.each(VECTORS)('given the vector $text, when opened, then the text is back', (vector) => {
    expect(openEnvelope(vector.envelope, vector.signKey)).toEqual({
      text: vector.text,
      signed: true,
    })
  })

  it('given the wrong key, when opened, then nothing comes out that carries our key', () => {
    const sealed = sealEnvelope('{"中文":"也行"}', 'TvaBgrhE46sft3nZlfe7xw==')
    expect(openEnvelope(sealed, 'MDEyMzQ1Njc4OWFiY2RlZg==')?.signed ?? false).toBe(false)
  })

  it.each(['', 'plain', '|$4|', '|$4|AAAA', '|$3|efB6PnjDpgHG4xfrvYlXog=='])(
    'given %j, when opened, then it is refused',
    (envelope) => {
      expect(openEnvelope(envelope, 'MDEyMzQ1Njc4OWFiY2RlZg==')).toBeUndefined()
    },
  )

  it('given a key that is not 16 bytes, then sealing throws', () => {
    expect(() => sealEnvelope('{}', 'c2hvcnQ=')).toThrow(/16 bytes/)
  })
})
