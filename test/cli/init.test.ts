import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hl7bench, rowsOf } from '../fixtures/commandLine.ts'
import { ANY_MACHINE_FLAGS, place, write } from './support.ts'

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

test('in a package of type commonjs init writes .mts, which runs, and refuses what Node could not load', async () => {
  const here = place()
  write(here, 'package.json', { type: 'commonjs' })
  const init = await hl7bench(here, ['init'])
  expect(init).toMatchObject({ code: 0, stdout: expect.stringContaining('wrote my.bench.mts;') })
  expect((await hl7bench(here, ['validate', 'my.bench.mts'])).code).toBe(0)
  mkdirSync(join(here.folder, 'bench'))
  const refused = await hl7bench(here, ['init', 'bench/a.ts'])
  expect(refused.code).toBe(104)
  expect(refused.stderr).toContain('"type": "commonjs"; name it bench/a.mts, or set "type": "module" there')
  expect(existsSync(join(here.folder, 'bench', 'a.ts'))).toBe(false)
  write(here, 'bench/package.json', { type: 'module' })
  expect((await hl7bench(here, ['init', 'bench/a.ts'])).code).toBe(0)
}, 30_000)

test('init refuses a name that run would not read a scenario from', async () => {
  const here = place()
  for (const file of ['foo.txt', 'foo', 'foo.json', 'foo.cts']) {
    const refused = await hl7bench(here, ['init', file])
    expect(refused.code).toBe(104)
    expect(refused.stderr).toContain('name it .ts, .mts, .js, .mjs, .yaml or .yml')
    expect(existsSync(join(here.folder, file))).toBe(false)
  }
}, 30_000)

test('init --json names the file for another program', async () => {
  const here = place()
  const { stdout } = await hl7bench(here, ['init', '--json'])
  expect(JSON.parse(stdout)).toEqual({ schema: 'hl7bench.init/1', file: 'my.bench.ts' })
})
