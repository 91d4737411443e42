import { expect, test } from 'vitest'
import { createBytes } from '../../../src/workload/bytes.ts'
import { CodeFault } from '../../../src/workload/codeFault.ts'
import { compileMessages } from '../../../src/workload/hl7/compiled.ts'
import { codeMessageStream, messageStream } from '../../../src/workload/hl7/stream.ts'
import { field, OPTIONS, text } from './render.ts'

const HEADER = 'MSH|^~\\&|A|B|C|D|||ADT^A01||T|2.5'

test('a function makes the messages; time and control id are ours, line ends become CR', () => {
  const stream = codeMessageStream(index => `${HEADER}\nPID|${index}\r\nPV1|1\n`, OPTIONS)
  expect(text(stream, 3)).toBe(
    'MSH|^~\\&|A|B|C|D|20261122210500.253+0000||ADT^A01|ABC123200000003|T|2.5\rPID|3\rPV1|1\r',
  )
})

test('messages of our own are as far apart as those of the load', () => {
  const stream = codeMessageStream(() => HEADER, { ...OPTIONS, gapMs: 2500 })
  expect(field(text(stream, 3), 'MSH', 7)).toBe('20261122210507.750+0000')
})

test('the random source is the same for the same index and another for the next', () => {
  const stream = codeMessageStream((_, random) => `${HEADER}\rPID|${random()}\r`, OPTIONS)
  const drawn = (index: number) => field(text(stream, index), 'PID', 1)
  expect(drawn(1)).toBe(drawn(1))
  expect(drawn(1)).not.toBe(drawn(2))
})

test('bytes are sent as they are', () => {
  const bytes = Uint8Array.from([...new TextEncoder().encode(`${HEADER}\rPID|1||`), 0xff])
  const stream = codeMessageStream(() => bytes, OPTIONS)
  const out = { bytes: new Uint8Array(), length: 0 }
  stream.render(0, out)
  expect(out.bytes[out.length - 1]).toBe(0xff)
})

const declaring = (charset: string) => `MSH|^~\\&|A|B|C|D|||ADT^A01||T|2.5||||||${charset}|\rPID|1||1||`

function bytesOf(made: string): Buffer {
  const out = createBytes()
  codeMessageStream(() => made, OPTIONS).render(4, out)
  return Buffer.from(out.bytes.subarray(0, out.length))
}

test.each([
  ['8859/1', 'latin1'],
  ['8859/1~UNICODE UTF-8', 'latin1'],
  ['UNICODE UTF-8', 'utf8'],
  ['', 'utf8'],
  ['GB 18030-2000', 'utf8'],
] as const)('a string whose MSH-18 is %j is sent in %s', (charset, encoding) => {
  const bytes = bytesOf(`${declaring(charset)}Müller\r`)
  expect(bytes.subarray(bytes.indexOf('||1||') + 5)).toEqual(Buffer.from('Müller\r', encoding))
})

test.each([
  ['8859/1', 'Ωmega'],
  ['ASCII', 'Müller'],
])('a character that is not in the %s that MSH-18 declares is refused, and not told', (charset, name) => {
  expect(() => bytesOf(declaring(charset) + name)).toThrow(
    new CodeFault(
      `message 4 of the function holds a character that is not in ${charset}, which its MSH-18 declares; declare UNICODE UTF-8 there, or return a Uint8Array with bytes of your own`,
    ),
  )
})

test('MSH-18 is found by the separators of the message', () => {
  const made = 'MSH#*!\\&#A#B#C#D###ADT*A01##T#2.5######8859/1!ASCII#\rPID#1##1##Müller'
  expect(bytesOf(made).toString('latin1')).toMatch(/##Müller$/)
})

test('MSH may end with the control id, or right before it', () => {
  const ending = (header: string) =>
    text(
      codeMessageStream(() => header, OPTIONS),
      0,
    )
  expect(ending('MSH|^~\\&|A|B|C|D|||ADT^A01|9')).toMatch(/\|ADT\^A01\|ABC123200000000$/)
  expect(ending('MSH|^~\\&|A|B|C|D|||ADT^A01|\rPID|1')).toMatch(/\|ADT\^A01\|ABC123200000000\rPID\|1$/)
})

test.each(['', 'PID|1', 'MSH|^~\\&|A|B|C|D|||ADT^A01', 'MSH|^~\\&|A\rPID|1|2|3|4|5|6|7|8|9|10'])(
  'what has no MSH-10 is refused (%j)',
  made => {
    expect(() =>
      text(
        codeMessageStream(() => made, OPTIONS),
        4,
      ),
    ).toThrow(/message 4 of the function has no MSH segment up to MSH-10/)
  },
)

test.each(['\x0b', '\x1c'])('a byte that would break the framing is refused (%j)', byte => {
  const stream = codeMessageStream(() => `${HEADER}\rPID|1||a${byte}b`, OPTIONS)
  expect(() => text(stream, 4)).toThrow(/message 4 of the function holds the framing byte 0x(0b|1c) at \d+/)
})

test('of what a function throws only the kind and the place are told, whatever it says of patients', () => {
  const told = (thrown: () => unknown) => {
    const stream = codeMessageStream(() => {
      throw thrown()
    }, OPTIONS)
    try {
      stream.render(4, { bytes: new Uint8Array(), length: 0 })
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  const places =
    /^message 4 of the function could not be made: TypeError at codeStream\.test\.ts:\d+:\d+; call the function/
  expect(told(() => new TypeError('DOE^JANE'))).toMatch(places)
  expect(told(() => new TypeError('a\n    at DOE (/patients/JANE.ts:1:2)'))).toMatch(places)
  expect(told(() => Object.assign(new Error('x'), { name: 'DOE^JANE' }))).toMatch(/made: an error at /)
  expect(told(() => 'DOE^JANE')).toMatch(/made: it threw a string; call/)
})

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  [7, 'a number'],
  [['MSH'], 'an array'],
  [{ text: 'DOE' }, 'an object'],
  [Promise.resolve(HEADER), 'a Promise'],
])('a function that returns %j is told what it should return', (made, found) => {
  const stream = codeMessageStream(() => made as never, OPTIONS)
  expect(() => text(stream, 4)).toThrow(`message 4 of the function is ${found}; return a string or a Uint8Array`)
})

test('messages of code need their function', () => {
  const compiled = compileMessages({ kind: 'code' })
  expect(() => messageStream(compiled, OPTIONS)).toThrow(/export it from the scenario module/)
  expect(
    text(
      messageStream(compiled, OPTIONS, () => HEADER),
      0,
    ),
  ).toContain('ABC123200000000')
})
