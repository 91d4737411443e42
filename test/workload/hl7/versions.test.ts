import { describe, expect, test } from 'vitest'
import { field, mixSpec, streamOf, text } from './render.ts'

const messageOf = (type: string, version: '2.3' | '2.3.1' | '2.6' | '2.7' | '2.8', sizes: number | 'template') =>
  text(streamOf(mixSpec({ [type]: 1 }, { version, sizes })), 7)

describe.each(['template', 1, 3000] as const)('of the size %s', sizes => {
  test('an order is ORM up to HL7 2.6, and OML from 2.7 on, which withdrew ORM', () => {
    expect(field(messageOf('ORM^O01', '2.3', sizes), 'MSH', 9)).toBe('ORM^O01')
    expect(field(messageOf('ORM^O01', '2.6', sizes), 'MSH', 9)).toBe('ORM^O01^ORM_O01')
    for (const version of ['2.7', '2.8'] as const)
      expect(field(messageOf('ORM^O01', version, sizes), 'MSH', 9)).toBe('OML^O21^OML_O21')
  })

  test.each([
    ['ORM^O01', 'ORC', 7],
    ['ORM^O01', 'OBR', 27],
    ['ORU^R01', 'OBR', 27],
    ['VXU^V04', 'ORC', 7],
  ] as const)(
    '%s of HL7 2.3 has the quantity and timing in %s-%i that later versions do not require',
    (type, name, at) => {
      expect(field(messageOf(type, '2.3', sizes), name, at)).toMatch(/^\^\^\^\d{14}\^\^R$/)
      expect(field(messageOf(type, '2.3.1', sizes), name, at)).toBe('')
    },
  )

  test.each(['2.7', '2.8'] as const)('the number of a patient says its kind and issuer in HL7 %s', version => {
    for (const type of ['ADT^A01', 'ORM^O01', 'SIU^S12'])
      expect(field(messageOf(type, version, sizes), 'PID', 3)).toMatch(/^HB\d{8}\^\^\^HL7BENCH\^MR$/)
  })
})

test.each(['ADT^A01', 'ORU^R01', 'MDM^T02'])(
  'lines that pad %s have one code, and sub-IDs that tell them apart',
  type => {
    const notes = messageOf(type, '2.8', 3000)
      .split('\r')
      .filter(line => line.includes('51855-5'))
    expect(notes.length).toBeGreaterThan(3)
    expect(new Set(notes.map(line => line.split('|')[4])).size).toBe(notes.length)
    expect(notes.every(line => line.split('|')[4] !== '')).toBe(true)
  },
)
