import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { ScenarioError } from '../../src/scenario/complaint.ts'
import { type LoadOptions, loadScenario } from '../../src/scenario/load.ts'

const folder = mkdtempSync(join(tmpdir(), 'hl7bench-scenario-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0

export const scratch = folder

export function write(text: string, ending = '.yaml'): string {
  const file = join(folder, `scenario-${count++}${ending}`)
  writeFileSync(file, text)
  return file
}

export const loadText = (text: string, options: LoadOptions = {}, ending = '.yaml') =>
  loadScenario(write(text, ending), options)
export const loadInput = (input: unknown, options: LoadOptions = {}) =>
  loadText(JSON.stringify(input), options, '.json')

export async function refusal(loading: Promise<unknown>): Promise<ScenarioError> {
  const error = await loading.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof ScenarioError) return error
  throw new Error(`expected a ScenarioError, got ${error === null ? 'a scenario' : error}`)
}

export const mllp = { protocol: 'mllp', workload: { kind: 'open', ratePerSecond: 100 } } as const
export const fhir = { protocol: 'fhir', workload: { kind: 'closed' }, operations: [{ search: 'Patient' }] } as const
export const small = { name: 'small', load: [mllp] } as const

/** A few lines that come to 6,561 values when their aliases are written out; `*b` is the first that stands for others. */
export const LAUGHS = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  `b: &b [${Array(9).fill('*a').join(', ')}]`,
  `c: &c [${Array(9).fill('*b').join(', ')}]`,
  `d: &d [${Array(9).fill('*c').join(', ')}]`,
].join('\n')
