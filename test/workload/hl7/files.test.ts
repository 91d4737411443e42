import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseHl7File } from '../../../src/workload/hl7/files.ts'
import { field, streamOf, text } from './render.ts'

const encode = (content: string) => new TextEncoder().encode(content)
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const parse = (content: string) => parseHl7File(encode(content), 'sample.hl7')
const reasons = (content: string) =>
  parse(content).complaints.map(({ line, reason }) => `${line}: ${reason.split(/[:;]/)[0]}`)

const A01 = ['MSH|^~\\&|A|B|C|D|20200101||ADT^A01|17|P|2.3', 'PID|1||42', 'PV1|1|I']
const ORU = ['MSH|^~\\&|A|B|C|D|20200102||ORU^R01|18|P|2.5', 'OBX|1|TX|||Ärger']

describe.each([
  ['CR', '\r'],
  ['LF', '\n'],
  ['CRLF', '\r\n'],
])('segments ended by %s', (_name, end) => {
  test('give the same messages, with CR', () => {
    const { messages, complaints } = parse([...A01, '', ...ORU, ''].join(end))
    expect(complaints).toEqual([])
    expect(messages.map(decode)).toEqual([`${A01.join('\r')}\r`, `${ORU.join('\r')}\r`])
  })

  test('may be framed for MLLP and wrapped in a batch', () => {
    const framed = [
      'FHS|^~\\&',
      'BHS|^~\\&',
      `\x0b${A01.join(end)}${end}\x1c`,
      `\x0b${ORU.join(end)}${end}\x1c`,
      'BTS|2',
      'FTS|1',
    ].join(end)
    const { messages, complaints } = parse(framed)
    expect(complaints).toEqual([])
    expect(messages.map(decode)).toEqual([`${A01.join('\r')}\r`, `${ORU.join('\r')}\r`])
  })
})

test('any number of messages comes back as it was written', () => {
  const segment = fc.stringMatching(/^(PID|OBX|ZZZ)\|[a-zA-Z0-9^~& ]{0,20}$/)
  const message = fc.array(segment, { maxLength: 4 }).map(rest => [A01[0]!, ...rest])
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('\r', '\n', '\r\n'),
      (messages, end) => {
        const { messages: found, complaints } = parse(messages.map(lines => lines.join(end) + end).join(end))
        expect(complaints).toEqual([])
        expect(found.map(decode)).toEqual(messages.map(lines => `${lines.join('\r')}\r`))
      },
    ),
  )
})

test('bytes that are not UTF-8 are kept', () => {
  const latin1 = Uint8Array.from([...encode(`${A01[0]}\rPID|1||`), 0xe4, 0xf6, 0x0d])
  expect(parseHl7File(latin1, 'x').messages[0]).toEqual(latin1)
})

test('all that is wrong is told at once with its line', () => {
  const wrong = [
    'hello',
    'world',
    'MSH',
    'PID|1',
    'MSH|^~\\&|A|B|C|D|2020|||1|P',
    ...A01,
    'OBX|1|TX|||a\x1cb',
    ...ORU,
  ].join('\n')
  expect(reasons(wrong)).toEqual([
    '1: text before the first MSH segment',
    '3: MSH without separators',
    '5: MSH-9 and MSH-12 missing',
    '9: byte VT (0x0B) or FS (0x1C) inside a message',
  ])
  expect(parse(wrong).messages.map(decode)).toEqual([`${ORU.join('\r')}\r`])
})

test.each(['\r', '\n', '\r\n'])('lines are counted alike whatever ends them (%j)', end => {
  expect(reasons([...A01, '', 'MSH'].join(end))).toEqual(['5: MSH without separators'])
})

test.each(['', '\n\n', 'FHS|^~\\&\nBHS|^~\\&\nBTS|0\nFTS|0\n'])(
  'a file without a message is a complaint (%j)',
  content => {
    expect(reasons(content)).toEqual(['1: no message in the file'])
  },
)

test('files are sent in turn with MSH-7 and MSH-10 of the run', () => {
  const { messages } = parse([...A01, ...ORU].join('\n'))
  const stream = streamOf({ kind: 'files', files: [] }, {}, messages)
  const [first, second, third] = [text(stream, 0), text(stream, 1), text(stream, 2)]
  expect(first).toBe(
    `${A01.join('\r')}\r`.replace('20200101', '20261122210500.250+0000').replace('|17|', '|ABC123200000000|'),
  )
  expect(second).toContain('Ärger')
  expect(field(third, 'PID', 3)).toBe('42')
  expect(field(third, 'MSH', 10)).toBe('ABC123200000002')
})

test('the separators are those of the message', () => {
  const { messages } = parse('MSH$%~\\&$A$B$C$D$$$ADT%A01$$P$2.3\rPID$1')
  const stream = streamOf({ kind: 'files', files: [] }, {}, messages)
  expect(text(stream, 1)).toBe('MSH$%~\\&$A$B$C$D$20261122210500.251+0000$$ADT%A01$ABC123200000001$P$2.3\rPID$1\r')
})
