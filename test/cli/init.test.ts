import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hl7bench, rowsOf } from '../fixtures/commandLine.ts'
import { ANY_MACHINE_FLAGS, place } from './support.ts'

const SHORT = ['--runs', '1', '--duration', '200ms', '--warmup', '50ms', '--no-slo', ...ANY_MACHINE_FLAGS]

test.each(['my.bench.ts', 'my.bench.yaml'])(
  'init writes %s, which validates and runs as it is',
  async file => {
    const here = place()
    const init = await hl7bench(here, ['init', file])
    expect(init).toMatchObject({ code: 0, stdout: `wrote ${file}; edit it, then: npx hl7bench run ${file}\n` })
    const validate = await hl7bench(here, ['validate', file])
    expect(validate).toMatchObject({ code: 0, stdout: `${file} is valid: one case of 30 runs\n` })
    const run = await hl7bench(here, ['run', file, ...SHORT, '--results', here.results, '--quiet'])
    expect(run.code, run.stderr + run.stdout).toBe(0)
    expect(rowsOf(here).map(({ state }) => state)).toEqual(['valid'])
  },
  120_000,
)

test('init refuses to overwrite a file and leaves it as it was', async () => {
  const here = place()
  await hl7bench(here, ['init', 'a.ts'])
  const before = readFileSync(join(here.folder, 'a.ts'), 'utf8')
  const again = await hl7bench(here, ['init', 'a.ts'])
  expect(again.code).toBe(104)
  expect(again.stderr).toBe('hl7bench: a.ts exists; name another file, it is not overwritten\n')
  expect(readFileSync(join(here.folder, 'a.ts'), 'utf8')).toBe(before)
})

test('init into a folder that does not exist says so with exit code 104', async () => {
  const here = place()
  const init = await hl7bench(here, ['init', 'nowhere/a.ts'])
  expect(init.code).toBe(104)
  expect(init.stderr).toMatch(/nowhere\/a\.ts cannot be written.*name a folder that exists/)
})

test('init --json names the file for another program', async () => {
  const here = place()
  const { stdout } = await hl7bench(here, ['init', '--json'])
  expect(JSON.parse(stdout)).toEqual({ schema: 'hl7bench.init/1', file: 'my.bench.ts' })
})
