import { expect, test } from 'vitest'
import { bytesToText, textToBytes } from '../../../src/workload/hl7/byteText.ts'
import { compileMessages } from '../../../src/workload/hl7/compiled.ts'
import { mixSpec } from './render.ts'

test('everything that cannot be compiled is told at once', () => {
  const spec = { ...mixSpec({ 'ADT^A99': 1, 'ADT^A01': -1 }, { sizes: 0, population: 0 }), version: '3.0' as '2.5.1' }
  let message = ''
  try {
    compileMessages(spec)
  } catch (error) {
    message = (error as Error).message
  }
  expect(message.split('\n')).toEqual([
    expect.stringMatching(/^messages\.mix: no template for "ADT\^A99"; use one of ADT\^A01/),
    expect.stringMatching(/^messages\.mix\.ADT\^A01: weight -1/),
    expect.stringMatching(/^messages\.version: "3\.0"/),
    expect.stringMatching(/^messages\.sizes: 0 bytes/),
    expect.stringMatching(/^messages\.population: 0/),
  ])
})

test('a mix without weight, and files without a message, are refused', () => {
  expect(() => compileMessages(mixSpec({ 'ADT^A01': 0 }))).toThrow(/no weight above 0/)
  expect(() => compileMessages({ kind: 'files', files: [] }, [])).toThrow(/no message in any file/)
})

test('types of weight 0 are not sent', () => {
  expect(compileMessages(mixSpec({ 'ADT^A01': 1, 'ORU^R01': 0 }))).toMatchObject({ types: [{ type: 'ADT^A01' }] })
})

test('bytes of any charset survive as text', () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => i % 256)
  expect(textToBytes(JSON.parse(JSON.stringify(bytesToText(bytes))))).toEqual(bytes)
})
