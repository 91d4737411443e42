import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHeaderFields, findHeaderFields } from '../../../src/protocol/hl7/fields.ts'
import { findField } from '../../../src/protocol/hl7/findField.ts'
import { carryIdentity, carryInMessage } from '../../../src/workload/hl7/carry.ts'
import { compileMessages } from '../../../src/workload/hl7/compiled.ts'
import { fieldPathText, parseFieldPath } from '../../../src/workload/hl7/fieldPath.ts'
import { HL7_VERSIONS, MESSAGE_TYPES } from '../../../src/workload/hl7/messageType.ts'
import { messageStream } from '../../../src/workload/hl7/stream.ts'
import { createIdentity } from '../../../src/workload/identity.ts'

const RUN = { seed: 1, runKey: 'ABC123', loadIndex: 0, epochMs: 0, gapMs: 1 }
const identity = createIdentity(RUN.runKey, RUN.loadIndex)
const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes)

function fieldOf(bytes: Uint8Array, path: string): string | null {
  const fields = createHeaderFields()
  if (!findHeaderFields(bytes, 0, bytes.length, fields)) return null
  const range = { start: 0, end: 0 }
  const found = findField(bytes, 0, bytes.length, fields, parseFieldPath(path)!, range)
  return found ? textOf(bytes.subarray(range.start, range.end)) : null
}

function rendered(stream: ReturnType<typeof messageStream>, index: number): Uint8Array {
  const out = { bytes: new Uint8Array(10), length: 0 }
  stream.render(index, out)
  return out.bytes.slice(0, out.length)
}

const WITH_KIN = ['ADT^A01', 'ADT^A04', 'ADT^A08', 'VXU^V04']

test.each([
  ...['PV1-50', 'PV1-19.1', 'PID-3.1', 'PID-11.2', 'PID-18', 'ZHB-1', 'ZHB-3.2'].map(path => [path, MESSAGE_TYPES]),
  ...['NK1-2.1', 'PD1-3'].map(path => [path, WITH_KIN]),
] as [string, readonly string[]][])(
  'messages of every version carry their identity at %s, and nothing else is different',
  (path, types) => {
    for (const version of HL7_VERSIONS) {
      const spec = {
        kind: 'mix',
        version,
        mix: Object.fromEntries(types.map(type => [type, 1])),
        sizes: 'template',
        charset: 'ascii',
        population: 10,
        skew: 0,
      } as const
      const plain = messageStream(compileMessages(spec), RUN)
      const carrying = messageStream(carryIdentity(compileMessages(spec), parseFieldPath(path)!), RUN)
      for (let index = 0; index < 20; index++) {
        const message = rendered(carrying, index)
        expect(fieldOf(message, path)).toBe(identity.text(index))
        const [segment] = path.split('-')
        const others = (bytes: Uint8Array) =>
          textOf(bytes)
            .split('\r')
            .filter(line => !line.startsWith(segment!) && !line.startsWith('OBX') && !line.startsWith('NTE'))
        expect(others(message)).toEqual(others(rendered(plain, index)))
      }
    }
  },
)

test('messages of files and of code carry it too, in separators of their own', () => {
  const own = 'MSH#$~\\&#A#B#C#D###ORU$R01#1#P#2.3\rPID#1##X$Y~Z\rOBX#1'
  const path = parseFieldPath('PID-3.2')!
  const compiled = carryIdentity(compileMessages({ kind: 'files', files: [] }, [bytesOf(own)]), path)
  const message = rendered(messageStream(compiled, RUN), 5)
  expect(textOf(message)).toContain(`\rPID#1##X$${identity.text(5)}~Z\rOBX#1`)
  expect(fieldOf(message, 'PID-3.2')).toBe(identity.text(5))
  const code = messageStream(carryIdentity(compileMessages({ kind: 'code' }), parseFieldPath('ZHB-2')!), RUN, () => own)
  expect(textOf(rendered(code, 6)).endsWith(`\rOBX#1\rZHB##${identity.text(6)}`)).toBe(true)
})

test('a message without the segment is refused, each with its name; a Z segment is added', () => {
  const files = ['MSH|^~\\&|A|B|C|D|||ADT^A01|1|T|2.3\rPID|1\r', 'MSH|^~\\&|A|B|C|D|||ADT^A01|1|T|2.3\rPV1|1\r'].map(
    bytesOf,
  )
  const compile = (path: string) =>
    carryIdentity(compileMessages({ kind: 'files', files: [] }, files), parseFieldPath(path)!)
  expect(() => compile('PV1-50')).toThrow(
    /message 1 of the files has no PV1 segment .* PV1-50\.1; name another place, such as ZHB-1/,
  )
  expect(() => compile('PV1-50')).not.toThrow(/message 2/)
  expect(() => compile('ZHB-1')).not.toThrow()
  const mix = {
    kind: 'mix',
    version: '2.5.1',
    mix: { 'ADT^A01': 1, 'ORU^R01': 1 },
    sizes: 'template',
    charset: 'ascii',
    population: 1,
    skew: 0,
  } as const
  expect(() => carryIdentity(compileMessages(mix), parseFieldPath('ORC-2')!)).toThrow(
    'ADT^A01 of the built-in templates has no ORC',
  )
})

test('what is put into any field of any segment is found there, and the rest is kept', () => {
  const text = fc.stringMatching(/^[A-Za-z0-9 ]{0,6}$/)
  const field = fc.array(fc.array(text, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
  const write = (value: string[][]) => value.map(components => components.join('^')).join('~')
  const fields = fc.array(field, { maxLength: 12 })
  fc.assert(
    fc.property(fields, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5 }), (content, at, component) => {
      const segment = ['PV1', ...content.map(write)].join('|')
      const message = bytesOf(`MSH|^~\\&|A|B|C|D|||ADT^A01|1|T|2.3\rPID|1\r${segment}\rOBX|1\r`)
      const path = { segment: 'PV1', field: at, component }
      const carrying = carryInMessage(message, path, 'it')
      identity.write(9, carrying.bytes, carrying.at)
      expect(fieldOf(carrying.bytes, fieldPathText(path))).toBe(identity.text(9))
      content.forEach((value, i) => {
        value[0]!.forEach((was, c) => {
          if (i + 1 === at && c + 1 === component) return
          expect(fieldOf(carrying.bytes, `PV1-${i + 1}.${c + 1}`) ?? '').toBe(was)
        })
      })
    }),
  )
})

test('paths that name no field are refused, and of MSH all but MSH-10', () => {
  for (const text of ['', 'PV1', 'PV1-0', 'pv1-1', 'PV1-1.0', 'PV1-1.2.3', 'MSH-7', 'MSH-10.2', '1AB-2'])
    expect(parseFieldPath(text)).toBeNull()
  expect(parseFieldPath('MSH-10')).toEqual({ segment: 'MSH', field: 10, component: 1 })
})
