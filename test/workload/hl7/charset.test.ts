import fc from 'fast-check'
import { Message } from 'node-hl7-client'
import { describe, expect, test } from 'vitest'
import type { Charset } from '../../../src/model/scenario.ts'
import { createBytes } from '../../../src/workload/bytes.ts'
import { decodeIn, encoderOf } from '../../../src/workload/charset.ts'
import { patientResource } from '../../../src/workload/fhir/resources.ts'
import { type CompiledMix, compileMessages } from '../../../src/workload/hl7/compiled.ts'
import { escapeText } from '../../../src/workload/hl7/escape.ts'
import { MESSAGE_TYPES } from '../../../src/workload/hl7/messageType.ts'
import { validateTemplates } from '../../../src/workload/hl7/validate.ts'
import { LOOK_COUNT, look } from '../../../src/workload/person.ts'
import { field, mixSpec, OPTIONS, streamOf } from './render.ts'

const CHARSETS: readonly Charset[] = ['ascii', '8859/1', 'utf-8']
const MSH_18 = { ascii: '', '8859/1': '8859/1', 'utf-8': 'UNICODE UTF-8' }
const ALL_TYPES = Object.fromEntries(MESSAGE_TYPES.map(type => [type, 1]))

function bytesOf(charset: Charset, index: number, sizes: 'template' | number = 'template'): Uint8Array {
  const out = createBytes()
  streamOf(mixSpec(ALL_TYPES, { charset, sizes })).render(index, out)
  return out.bytes.subarray(0, out.length)
}

describe.each(CHARSETS)('in %s', charset => {
  test('MSH-18 says so, and the bytes are of it', () => {
    for (let index = 0; index < 60; index++) {
      const bytes = bytesOf(charset, index)
      const message = decodeIn(charset, bytes)
      expect(field(message, 'MSH', 18)).toBe(MSH_18[charset])
      expect(encoderOf(charset)(message)).toEqual(bytes)
    }
  })

  test('neither byte of the framing is ever in a message, and no control byte but the ends of segments', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e9 }), fc.constantFrom('template' as const, 200, 3000, 70_000), (index, sizes) => {
        const control = bytesOf(charset, index, sizes).filter(byte => byte < 0x20 && byte !== 0x0d)
        expect([...control]).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('every look can be written, read back, and is the one that FHIR has', () => {
    const encode = encoderOf(charset)
    for (let k = 0; k < LOOK_COUNT; k++) {
      const { familyName, givenName, street, city, email } = look(OPTIONS.seed, k, charset)
      for (const part of [familyName, givenName, street, city]) {
        expect(decodeIn(charset, encode(part))).toBe(part)
        expect(new Message({ text: `MSH|^~\\&|${escapeText(part)}|b` }).get('MSH.3').toString()).toBe(part)
      }
      expect(email).toMatch(/^[\x21-\x7e]+$/)
      const [name] = patientResource(OPTIONS.seed, k, charset).name as [{ family: string }]
      expect(name.family).toBe(familyName)
    }
  })

  test('node-hl7-client accepts every message', () => {
    expect(validateTemplates(compileMessages(mixSpec(ALL_TYPES, { charset })) as CompiledMix)).toEqual([])
  })
})

test('names have what their charset is asked for', () => {
  const names = (charset: Charset) =>
    Array.from({ length: LOOK_COUNT }, (_, k) => look(1, k, charset).familyName).join(' ')
  expect(names('ascii')).toMatch(/^[A-Za-z ]+$/)
  expect(names('8859/1')).toMatch(/[äöü].*/)
  expect([...names('8859/1')].every(character => character.codePointAt(0)! <= 0xff)).toBe(true)
  for (const script of [/\p{Script=Greek}/u, /\p{Script=Cyrillic}/u, /\p{Script=Han}/u, /ø/, /𠮷/u])
    expect(names('utf-8')).toMatch(script)
})

test('delimiters and control characters in text are escaped', () => {
  expect(escapeText('Prøve & Søn')).toBe('Prøve \\T\\ Søn')
  expect(escapeText('a|b^c~d\\e&f')).toBe('a\\F\\b\\S\\c\\R\\d\\E\\e\\T\\f')
  expect(escapeText('\x0b\x1c\r')).toBe('\\X0B\\\\X1C\\\\X0D\\')
})

test('a charset refuses what it does not have', () => {
  expect(() => encoderOf('ascii')('ä')).toThrow(/"ä" is no character of ascii/)
  expect(() => encoderOf('8859/1')('Ω')).toThrow(/"Ω" is no character of 8859\/1/)
})
