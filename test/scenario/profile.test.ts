import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { MllpLoad } from '../../src/model/scenario.ts'
import { messageProfile, profileNames } from '../../src/scenario/profile.ts'
import { LAUGHS, loadInput, mllp, refusal, scratch } from './files.ts'

const scenarioOf = (messages: unknown) => loadInput({ name: 'profiles', load: [{ ...mllp, messages }] })
const mixOf = async (messages: unknown) => {
  const load = (await scenarioOf(messages)).scenario.load[0] as MllpLoad
  return { load, messages: load.messages as Extract<MllpLoad['messages'], { kind: 'mix' }> }
}

function writeProfile(name: string, content: unknown): string {
  writeFileSync(join(scratch, name), JSON.stringify(content))
  return `./${name}`
}

test('the profiles that ship are assumed and say where what is known comes from', () => {
  expect(profileNames()).toEqual(['clinic', 'hospital', 'laboratory'])
  for (const name of profileNames()) {
    const { assumed, sources, hourly, burst, sizes } = messageProfile(name)
    expect([name, assumed, sources.length > 0, burst, sizes === undefined]).toEqual([
      name,
      true,
      true,
      { factor: 10, seconds: 60 },
      false,
    ])
    expect(hourly!.reduce((sum, each) => sum + each, 0) / 24).toBeCloseTo(1, 10)
    expect(Math.max(...hourly!)).toBe(3)
  }
})

test('a profile gives the weights and the sizes, and the load says what it takes for granted', async () => {
  const { load, messages } = await mixOf({ mix: 'laboratory' })
  const { mix, sizes } = messageProfile('laboratory')
  expect(messages).toMatchObject({ mix, sizes })
  expect(load.assumed).toEqual([
    'message mix of profile laboratory (ADT A01 10 %, ADT A08 5 %, ORM O01 30 %, ORU R01 55 %)',
    'sizes of profile laboratory (log-normal with a mean of 2 KB, 8 % of 30 to 50 KB, 0.2 % of 500 to 12,000 KB)',
  ])
})

test('nothing said is the hospital; own weights and sizes are nobody else’s assumption', async () => {
  expect((await mixOf({})).load.assumed).toEqual((await mixOf({ mix: 'hospital' })).load.assumed)
  expect((await mixOf({ mix: { 'ADT^A01': 1 }, sizes: 1000 })).load.assumed).toEqual([])
  expect((await mixOf({ mix: { 'ADT^A01': 1 } })).load.assumed).toEqual([expect.stringMatching(/^sizes of profile/)])
  expect((await mixOf({ mix: 'clinic', sizes: 'template' })).load.assumed).toEqual([
    expect.stringMatching(/^message mix of profile clinic/),
  ])
})

test('a profile of one’s own counts as measured when it says so', async () => {
  const file = writeProfile('own.json', { name: 'own', assumed: false, mix: { 'ORU^R01': 2, 'ADT^A01': 1 } })
  const { load, messages } = await mixOf({ mix: file, sizes: 'template' })
  expect(messages.mix).toEqual({ 'ORU^R01': 2, 'ADT^A01': 1 })
  expect(load.assumed).toEqual([])
  expect((await mixOf({ mix: file })).load.assumed).toEqual([expect.stringMatching(/^sizes of profile hospital/)])
})

test('the case digest follows the content of a profile, not its name', async () => {
  const digestOf = async (messages: unknown) => (await scenarioOf(messages)).cases[0]!.digest
  const same = writeProfile('copy.json', messageProfile('hospital'))
  const other = writeProfile('other.json', { ...messageProfile('hospital'), mix: { 'ADT^A01': 1 } })
  expect(await digestOf({ mix: same })).toBe(await digestOf({ mix: 'hospital' }))
  expect(await digestOf({ mix: other })).not.toBe(await digestOf({ mix: 'hospital' }))
})

describe('what is wrong with a profile is told at once', () => {
  const complaintsOf = async (mix: string) =>
    (await refusal(scenarioOf({ mix }))).complaints.map(({ path, expected, found, hint }) => ({
      path,
      expected,
      found,
      hint,
    }))

  test('a name nobody knows', async () => {
    expect(await complaintsOf('hospitl')).toEqual([
      {
        path: 'load[0].messages.mix',
        expected: "one of 'clinic', 'hospital', 'laboratory', a .yaml or .json file, or weights by message type",
        found: '"hospitl"',
        hint: "did you mean 'hospital'?",
      },
    ])
  })

  test('a file that is not there, or is no YAML', async () => {
    expect(await complaintsOf('./nowhere.yaml')).toMatchObject([{ found: '"nowhere.yaml: ENOENT"' }])
    writeFileSync(join(scratch, 'torn.yaml'), 'mix: { ADT^A01: [1')
    expect(await complaintsOf('./torn.yaml')).toMatchObject([{ expected: 'well-formed YAML or JSON' }])
  })

  test('aliases of aliases that come to thousands of values, with their place', async () => {
    writeFileSync(join(scratch, 'laughs.yaml'), LAUGHS)
    expect(await complaintsOf('./laughs.yaml')).toMatchObject([
      {
        path: 'load[0].messages.mix',
        expected: 'aliases that come to less when they are written out',
        found: '"laughs.yaml:3:8: *b, which stands for other aliases"',
      },
    ])
  })

  test('a type nobody knows, with the nearest or all that there are', async () => {
    const near = await complaintsOf(writeProfile('near.json', { name: 'n', assumed: false, mix: { 'ADT^A10': 1 } }))
    expect(near[0]!.hint).toMatch(/^did you mean 'ADT\^A0[14]'\?$/)
    const far = await complaintsOf(writeProfile('far.json', { name: 'f', assumed: false, mix: { luck: 1 } }))
    expect(far[0]!.hint).toMatch(/^the keys here are ADT\^A01, .*VXU\^V04/)
  })

  test('every figure that cannot be', async () => {
    const file = writeProfile('wrong.json', {
      name: 'wrong',
      mix: { 'ADT^A99': 1 },
      hourly: Array.from({ length: 24 }, () => 2),
      sizes: {
        body: { meanBytes: 1500, sigma: 0.5 },
        large: { share: 0.9, minBytes: 50, maxBytes: 30 },
        document: { share: 0.9, minBytes: 1, maxBytes: 2 },
      },
      shares: 1,
    })
    const complaints = await complaintsOf(file)
    expect(complaints.map(({ expected }) => expected)).toEqual(
      expect.arrayContaining([
        'assumed of wrong.json: true or false',
        'hourly of wrong.json: 24 multiples whose mean is 1',
        'mix["ADT^A99"] of wrong.json: no such key here',
        expect.stringMatching(/^sizes\.large of wrong\.json: minBytes of at most maxBytes/),
        'shares of wrong.json: no such key here',
      ]),
    )
  })
})
