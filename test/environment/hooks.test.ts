import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runHook } from '../../src/environment/hooks.ts'
import { guardedForTest, marked, needsProc, never, temporaryFolder } from './support.ts'

async function hookForTest(command: string) {
  const guarded = await guardedForTest()
  const folder = temporaryFolder()
  const hook = {
    stage: 'prepare',
    command,
    cloneId: 'c0001',
    runId: 'r0001',
    folder,
    sut: { cwd: folder, env: { COLOUR: 'red' } },
  } as const
  const target = { mllp: { host: '127.0.0.1', port: 2575 }, fhir: null }
  return { guarded, folder, run: (signal = never) => runHook(guarded, { ...hook, target }, signal) }
}

test('a hook is told about the run, and its output is kept', async () => {
  const { folder, run } = await hookForTest(
    'echo $COLOUR $HL7BENCH_RUN_ID $HL7BENCH_MLLP_PORT [$HL7BENCH_FHIR_PORT]; pwd >&2',
  )
  await run()
  expect(readFileSync(join(folder, 'prepare.out.log'), 'utf8')).toBe('red r0001 2575 []\n')
  expect(readFileSync(join(folder, 'prepare.err.log'), 'utf8')).toContain(folder)
})

test('a hook that fails is an error with its exit code and its own last lines', async () => {
  const { run } = await hookForTest('echo loading; echo no such table >&2; exit 4')
  await expect(run()).rejects.toMatchObject({ stage: 'prepare', fault: 'environment' })
  const again = run()
  await expect(again).rejects.toThrow(/exit code 4.*\n {2}\| loading\n {2}\| no such table\nrun the command by hand/)
})

test.skipIf(needsProc)(`what a hook leaves in the background lives until its clone ends${needsProc}`, async () => {
  const { guarded, run } = await hookForTest('sleep 1000 & exit 0')
  await run()
  expect(marked(guarded.experimentId, 'c0001')).toHaveLength(1)
  expect(await guarded.end('c0001')).toEqual([])
  expect(marked(guarded.experimentId, 'c0001')).toEqual([])
})

test('a hook is ended when the run is aborted', async () => {
  const { run } = await hookForTest('exec sleep 1000')
  const abort = new AbortController()
  const running = run(abort.signal)
  setTimeout(() => abort.abort(new Error('enough')), 400)
  await expect(running).rejects.toThrow('enough')
})

test('a hook is ended when the run is aborted while it is being started', async () => {
  const { run } = await hookForTest('exec sleep 1000')
  const abort = new AbortController()
  const running = run(abort.signal)
  abort.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
})
