import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readContents } from '../../src/scenario/content.ts'
import type { CompiledMix } from '../../src/workload/hl7/compiled.ts'
import { loadInput, mllp, refusal, scratch, small } from './files.ts'

const template = { messages: { sizes: 'template' } } as const
const wire = (load: object, rest: object = {}) => loadInput({ ...small, load: [{ ...mllp, ...load }], ...rest })
const complaints = async (loading: Promise<unknown>) =>
  (await refusal(loading)).complaints.map(({ path, expected }) => `${path}: ${expected}`)

/** A file with one message whose MSH-15 and MSH-16 are these, and so many bytes of a note. */
function hl7File(name: string, conditions: string, noteBytes = 10): string {
  const file = join(scratch, `${name}.hl7`)
  const header = `MSH|^~\\&|A|B|C|D|20261124||ADT^A01^ADT_A01|1|T|2.5.1|||${conditions}`
  writeFileSync(file, `${header}\rNTE|1||${'x'.repeat(noteBytes)}\r`)
  return file
}

const contentOf = async (load: object) => readContents(await wire(load))

test('a plain load goes over MLLP in original mode', async () => {
  const { cases } = await wire({})
  expect(cases[0]!.scenario.load[0]).toMatchObject({
    transport: 'mllp',
    checksum: 'xor',
    acknowledgement: 'original',
    onRejected: 'drop',
  })
})

test('what HLLP cannot carry is a complaint: the mixture of sizes, a size above the block, a window', async () => {
  expect(await complaints(wire({ transport: 'hllp' }))).toEqual([
    expect.stringContaining("load[0].messages.sizes: 'template' or at most 99994 bytes"),
  ])
  expect(await complaints(wire({ transport: 'hllp', window: 4, messages: { sizes: 99_995 } }))).toHaveLength(2)
  await wire({ transport: 'hllp', messages: { sizes: 99_994 } })
})

test('a message file above the block is a complaint, before any load', async () => {
  const files = hl7File('large', '', 99_990)
  const loading = contentOf({ transport: 'hllp', messages: { files } })
  expect((await refusal(loading)).message).toMatch(/message 1: \d+ bytes; an HLLP block holds 99994/)
})

test('a checksum without blocks, and loads of the built-in receiver that do not agree, are complaints', async () => {
  expect(await complaints(wire({ checksum: 'sum' }))).toEqual(["load[0].checksum: nothing here with transport 'mllp'"])
  const loads = [
    { ...mllp, ...template, transport: 'hllp' },
    { ...mllp, name: 'other' },
  ]
  expect(await complaints(loadInput({ ...small, load: loads }))).toEqual([
    'load[1].transport: hllp (xor) as load 0: the built-in receiver speaks one',
  ])
})

test('only blocks are refused by blocks', async () => {
  const sut = { builtin: { mllp: { faults: [{ kind: 'nak', every: 2 }] } } }
  expect(await complaints(wire({}, { sut }))).toEqual([expect.stringContaining('sut.builtin.mllp.faults[0]')])
  await wire({ ...template, transport: 'hllp' }, { sut })
})

test('faults of connections and messages are for the MLLP receiver alone', async () => {
  const faults = [{ kind: 'no-vt', every: 2 }, { kind: 'check', ms: 100 }, { kind: 'one-session' }]
  const { cases } = await wire({}, { sut: { builtin: { mllp: { faults } } } })
  expect(cases[0]!.scenario.sut.builtin.mllp.faults).toEqual(faults)
  expect(await complaints(wire({}, { sut: { builtin: { fhir: { faults } } } }))).toHaveLength(3)
})

test('the built-in messages of an enhanced load ask for both acknowledgements, and pass validation', async () => {
  const load = { ...template, acknowledgement: 'enhanced' }
  for (const version of ['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.8']) {
    const contents = await contentOf({ ...load, messages: { sizes: 'template', version } })
    const [{ compiled }] = contents.get('small') as unknown as [{ compiled: CompiledMix }]
    for (const { lines } of compiled.types) expect(lines[0]).toMatch(/\|\|\|AL\|AL$/)
  }
})

test.each([
  ['enhanced', 'AL|AL', true],
  ['enhanced', '', false],
  ['enhanced', 'AL|NE', false],
  ['enhanced', 'ER|AL', false],
  ['original', '', true],
  ['original', 'NE|AL', true],
  ['original', 'AL|AL', false],
  ['original', '|NE', false],
] as const)('%s mode with MSH-15|MSH-16 = %j in a file: fine = %j', async (acknowledgement, conditions, isFine) => {
  const files = hl7File(`${acknowledgement}-${conditions.replace('|', '-')}`, conditions)
  const loading = contentOf({ acknowledgement, messages: { files } })
  if (isFine) await loading
  else expect((await refusal(loading)).message).toContain(`acknowledgement '${acknowledgement}' needs`)
})

test('SLOs on the commit need enhanced mode', async () => {
  const slo = { 'mllp.commit.p99': '< 10 ms' }
  expect(await complaints(wire({}, { slo }))).toEqual([expect.stringContaining('a metric that load mllp has')])
  const { cases } = await wire({ acknowledgement: 'enhanced' }, { slo })
  expect(cases[0]!.scenario.slo).toMatchObject([{ metric: 'mllp.commit.p99', limit: 10 }])
})

test('onRejected resend needs two attempts', async () => {
  expect(await complaints(wire({ onRejected: 'resend', maxAttempts: 1 }))).toEqual([
    "load[0].maxAttempts: 2 or more with onRejected 'resend'",
  ])
})
