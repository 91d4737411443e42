import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../src/scenario/digest.ts'
import { fhir, loadInput, loadText, mllp, refusal, scratch, small } from './files.ts'

const digest = async (input: unknown) => (await loadInput(input)).cases[0]!.digest

describe('vary', () => {
  test('the product of the factors is the cases, each validated and named by its levels', async () => {
    const { cases, scenario } = await loadInput({
      ...small,
      vary: { 'load.mllp.window': [1, 4], 'load.0.workload.ratePerSecond': [10, 20] },
    })
    expect(cases.map(({ id }) => id)).toEqual([
      'small[window=1,ratePerSecond=10]',
      'small[window=1,ratePerSecond=20]',
      'small[window=4,ratePerSecond=10]',
      'small[window=4,ratePerSecond=20]',
    ])
    expect(cases[3]).toMatchObject({
      levels: { 'load.mllp.window': 4 },
      scenario: { load: [{ window: 4, workload: { ratePerSecond: 20 } }] },
    })
    expect(new Set(cases.map(item => item.digest)).size).toBe(4)
    expect(scenario).toEqual(cases[0]!.scenario)
  })

  test('a level may give what the rest of the file leaves out', async () => {
    const { cases } = await loadInput({
      name: 'v',
      load: [{ protocol: 'mllp', workload: { kind: 'open' } }],
      vary: { 'load.0.workload.ratePerSecond': [5, 6], 'environment.parallel': [1, 2] },
    })
    expect(cases).toHaveLength(4)
  })

  test('factors that end alike are told apart by their whole path', async () => {
    const { cases } = await loadInput({
      ...small,
      load: [mllp, fhir],
      vary: { 'load.0.connections': [1], 'load.1.connections': [2] },
    })
    expect(cases[0]!.id).toBe('small[load.0.connections=1,load.1.connections=2]')
  })

  test('a bad level is a complaint at its place in vary', async () => {
    const { complaints } = await refusal(
      loadInput({ ...small, vary: { 'load.0.window': [1, 'two', 1], 'load.0.windw': [1], runs: [1, 2] } }),
    )
    expect(complaints.map(({ path }) => path)).toEqual([
      'vary["load.0.window"][2]',
      'vary["load.0.windw"]',
      'vary.runs',
      'vary["load.0.window"][1]',
    ])
    expect(complaints[1]!.hint).toBe("did you mean 'window'?")
  })

  test('levels that measure the same are refused', async () => {
    const { complaints } = await refusal(loadInput({ ...small, vary: { 'sut.version': ['a', 'b'] } }))
    expect(complaints).toMatchObject([{ path: 'vary', found: '["small[version=b]"]' }])
  })
})

describe('case digest', () => {
  test('does not depend on the order of keys or on what does not decide the measurement', async () => {
    const same = {
      slo: { 'mllp.errors': '= 0' },
      seed: 7,
      runs: 3,
      description: 'x',
      validity: { maxPauseMs: 9 },
      name: 'other',
    }
    expect(
      await digest({ load: [{ workload: { ratePerSecond: 100, kind: 'open' }, protocol: 'mllp' }], ...same }),
    ).toBe(await digest(small))
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}')
  })

  test.each([
    ['a rate', { load: [{ ...mllp, workload: { kind: 'open', ratePerSecond: 101 } }] }],
    ['a phase', { phases: { measureMs: 1_000 } }],
    ['parallel', { environment: { kind: 'process', parallel: 2 } }],
    ['the command', { sut: { start: 'engine' } }],
    ['the behaviour of a built-in target', { sut: { builtin: { mllp: { serviceTime: { meanMs: 1 } } } } }],
  ])('%s changes it', async (_, part) => {
    expect(await digest({ ...small, ...part })).not.toBe(await digest(small))
  })

  test('follows the contents of message files, not their names', async () => {
    const withFile = async (name: string, text: string) => {
      writeFileSync(join(scratch, name), text)
      return digest({ ...small, load: [{ ...mllp, messages: { files: name } }] })
    }
    const first = await withFile('a.hl7', 'MSH|1')
    expect(await withFile('b.hl7', 'MSH|1')).toBe(first)
    expect(await withFile('a.hl7', 'MSH|2')).not.toBe(first)
  })

  test('is twelve hexadecimal digits', async () => {
    expect(
      (await loadText('{ name: a, load: [{ protocol: mllp, workload: { kind: closed } }] }')).cases[0]!.digest,
    ).toMatch(/^[0-9a-f]{12}$/)
  })
})
