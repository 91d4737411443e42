import { expect, test } from 'vitest'
import { type CompiledMix, compileMessages } from '../../../src/workload/hl7/compiled.ts'
import { HL7_VERSIONS, MESSAGE_TYPES } from '../../../src/workload/hl7/messageType.ts'
import { validateTemplates } from '../../../src/workload/hl7/validate.ts'
import { mixSpec } from './render.ts'

const ALL_TYPES = Object.fromEntries(MESSAGE_TYPES.map(type => [type, 1]))

function withLines(change: (line: string) => string): CompiledMix {
  const compiled = compileMessages(mixSpec({ 'ADT^A01': 1 })) as CompiledMix
  return { ...compiled, types: compiled.types.map(type => ({ ...type, lines: type.lines.map(change) })) }
}

test.each(HL7_VERSIONS)('every template of HL7 %s is valid', version => {
  expect(validateTemplates(compileMessages(mixSpec(ALL_TYPES, { version })) as CompiledMix)).toEqual([])
})

test('each missing field is a complaint with type, version and place', () => {
  const broken = withLines(line =>
    line.replace('PV1|1|{class}', 'PV1|1|').replace('OBX|2|NM|8302-2^Body height^LN', 'OBX|2|NM|'),
  )
  expect(validateTemplates(broken)).toEqual([
    'ADT^A01 2.5.1: PV1: Field 2 is required',
    'ADT^A01 2.5.1: OBX: Field 3 is required',
  ])
})

test('a field that the version has withdrawn is a complaint', () => {
  const compiled = compileMessages(mixSpec({ 'ADT^A01': 1 }, { version: '2.7' })) as CompiledMix
  const lines = compiled.types[0]!.lines.map(line => line.replace('EVN|', 'EVN|A01'))
  expect(validateTemplates({ ...compiled, types: [{ ...compiled.types[0]!, lines }] })).toEqual([
    expect.stringMatching(/^ADT\^A01 2\.7: EVN: Field EVN\.1 is withdrawn/),
  ])
})

test('a header that the typed builder of the version refuses is a complaint', () => {
  expect(validateTemplates(withLines(line => line.replace('ADT^A01^ADT_A01', 'ADTX^A01^ADT_A01')))).toEqual([
    expect.stringMatching(/^ADT\^A01 2\.5\.1: MSH: /),
  ])
  expect(validateTemplates(withLines(line => line.replace('|T|2.5.1', '|T|2.4')))).toEqual([
    'ADT^A01 2.5.1: MSH-12 is "2.4", not 2.5.1',
  ])
  expect(validateTemplates(withLines(line => line.replace('|{identity}|', '|X1|')))).toEqual([
    'ADT^A01 2.5.1: MSH-10 is "X1", not the identity 000000000000000',
  ])
})

test('what the parser cannot read, and a segment that HL7 does not know, are complaints', () => {
  expect(validateTemplates(withLines(line => line.replace('MSH|', 'XSH|')))[0]).toMatch(/^ADT\^A01 2\.5\.1: /)
  expect(validateTemplates(withLines(line => line.replace('AL1|', 'QQQ|')))).toEqual([
    expect.stringMatching(/^ADT\^A01 2\.5\.1: QQQ: /),
  ])
})
