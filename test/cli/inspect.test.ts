import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { experimentFolders, hl7bench, PROJECT } from '../fixtures/commandLine.ts'
import { filesBelow, place, small, write } from './support.ts'

test('inspect tells for each value whether it is a default or comes from the file, the environment or a flag', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  const env = { ...here.env, HL7BENCH_RUNS: '9', HL7BENCH_SET: 'load.mllp.timeoutMs=4s' }
  const args = ['inspect', file, '--seed', '3', '--set', 'load.mllp.window=2']
  const { stdout, code } = await hl7bench({ ...here, env }, [...args, '--json'])
  expect(code).toBe(0)
  const report = JSON.parse(stdout)
  expect(report.schema).toBe('hl7bench.inspection/1')
  const found = Object.fromEntries(
    report.values.map(({ path, value, origin }: Record<string, unknown>) => [path, [value, origin]]),
  )
  expect(found).toMatchObject({
    runs: [9, 'env HL7BENCH_RUNS'],
    'load[0].timeoutMs': [4000, 'env HL7BENCH_SET'],
    seed: [3, 'flag --seed'],
    'load[0].window': [2, 'flag --set'],
    name: ['small', 'file'],
    'load[0].maxAttempts': [expect.any(Number), 'default'],
  })
  const text = await hl7bench({ ...here, env }, args)
  expect(text.stdout).toMatch(/^seed +3 {2}\(flag --seed\)$/m)
  expect(text.stdout).toMatch(/^case small {2}digest [0-9a-f]+$/m)
})

test('validate counts cases and creates nothing', async () => {
  const here = place()
  const file = write(here, 's.json', small({ vary: { 'load.mllp.window': [1, 2, 4] } }))
  const text = await hl7bench(here, ['validate', file])
  expect(text).toMatchObject({ code: 0, stdout: `${file} is valid: 3 cases of 2 runs\n` })
  const json = JSON.parse((await hl7bench(here, ['validate', file, '--json'])).stdout)
  expect(json).toMatchObject({ schema: 'hl7bench.validation/1', valid: true })
  expect(json.cases).toHaveLength(3)
  expect(filesBelow(here.folder)).toEqual([file])
})

test('doctor lists what this machine can do, with a remedy for each thing it cannot', async () => {
  const here = place()
  const json = await hl7bench(here, ['doctor', '--json'])
  const { schema, findings } = JSON.parse(json.stdout)
  expect(schema).toBe('hl7bench.doctor/1')
  for (const { state, remedy } of findings) expect(remedy === null).toBe(state === 'yes')
  const text = await hl7bench(here, ['doctor'])
  expect(text.code).toBe(json.code)
  expect(text.stdout).toContain(`Node: ${process.version}`)
})

test('doctor ends with 100 and the remedy when the state folder cannot be made', async () => {
  const here = place()
  const plain = write(here, 'plain', '')
  const doctor = await hl7bench({ ...here, env: { ...here.env, XDG_STATE_HOME: plain } }, ['doctor'])
  expect(doctor.code).toBe(100)
  expect(doctor.stdout).toMatch(/state folder: .*\n +make it writable, or set XDG_STATE_HOME/)
})

test('report makes the report of an experiment again in every format', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 1 }))
  const run = await hl7bench(here, ['run', file, '--results', here.results, '--tag', 'a=b'])
  const [folder] = experimentFolders(here)
  const text = await hl7bench(here, ['report', folder!])
  expect(text.code).toBe(0)
  expect(text.stdout).toBe(run.stdout.replace(/\nnext .*/s, '\n'))
  const json = JSON.parse((await hl7bench(here, ['report', folder!, '--json'])).stdout)
  expect(json).toMatchObject({ schema: 'hl7bench.report/1', exit: { code: 0 } })
  expect((await hl7bench(here, ['report', folder!, '--format', 'json'])).stdout).toContain('hl7bench.report/1')
  expect((await hl7bench(here, ['report', folder!, '--format', 'markdown'])).stdout).toContain('small carried')
  const html = await hl7bench(here, ['report', folder!, '--format', 'html'])
  expect(html.stdout).toBe(`${join(folder!, 'report.html')}\n`)
})

test('env ls and env sweep find nothing where nothing was left', async () => {
  const here = place()
  expect(await hl7bench(here, ['env', 'ls'])).toMatchObject({ code: 0, stdout: 'nothing exists\n' })
  expect(await hl7bench(here, ['env', 'sweep'])).toMatchObject({ code: 0, stdout: 'nothing to remove\n' })
  expect(JSON.parse((await hl7bench(here, ['env', 'ls', '--json'])).stdout)).toEqual({
    schema: 'hl7bench.environments/1',
    resources: [],
  })
})

test('a reader that goes away early is no error', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  const command = `"$0" "$1" inspect "$2" --json | true; echo "\${PIPESTATUS[0]}"`
  const args = ['-c', command, process.execPath, join(PROJECT, 'bin', 'hl7bench.js'), file]
  const { stdout, stderr } = await promisify(execFile)('bash', args, { cwd: here.folder, env: here.env })
  expect(stderr).toBe('')
  expect(stdout).toBe('0\n')
})

test('the help lists the exit codes, and no arguments at all print it with 104', async () => {
  const here = place()
  const help = await hl7bench(here, ['--help'])
  expect(help.code).toBe(0)
  for (const code of [105, 104, 100, 113, 99, 101, 114]) expect(help.stdout).toMatch(new RegExp(`\\b${code} \\w+`))
  expect(await hl7bench(here, [])).toMatchObject({ code: 104, stdout: '' })
})
