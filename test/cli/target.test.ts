import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { experimentFolders, hl7bench, rowsOf } from '../fixtures/commandLine.ts'
import { cells, place, settled, small, write } from './support.ts'

/** An MLLP receiver that acknowledges, and ends with code 7 after so many messages. */
const MORTAL = `
import { createServer } from 'node:net'
let left = Number(process.argv[2])
createServer(socket => {
  socket.on('error', () => {})
  socket.on('data', data => {
    for (const message of data.toString('latin1').split('\\x1c\\r').filter(Boolean)) {
      if (left-- === 0) {
        console.error('the disk is full')
        process.exit(7)
      }
      const id = message.split('\\r')[0].split('|')[9]
      socket.write('\\x0bMSH|^~\\\\&|||||||ACK|1|T|2.5.1\\rMSA|AA|' + id + '\\r\\x1c\\r')
    }
  })
}).listen(Number(process.env.MLLP_PORT), '127.0.0.1')
`
const node = JSON.stringify(process.execPath)

test('a target that dies in the middle of a run makes failed rows with stage and reason, and is not replaced', async () => {
  const here = place()
  write(here, 'mortal.mjs', MORTAL)
  const changes = { sut: { start: `exec ${node} mortal.mjs 5` }, slo: { 'mllp.errors': '= 0' } }
  const file = write(here, 's.json', small({ ...changes, phases: { warmupMs: 50, measureMs: 2_000, drainMs: 500 } }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results])
  expect(ended.code, ended.stderr).toBe(113)
  const data = cells(here.results).map(row => JSON.parse(row['Test Case Execution Data']))
  expect(data).toHaveLength(2)
  for (const row of data) {
    expect(row).toMatchObject({ state: 'failed', fault: 'target', error: expect.stringContaining('the disk is full') })
    expect(['connect', 'warmup', 'measure']).toContain(row.stage)
    expect(row.error).toContain('ended with exit code 7')
  }
  expect(cells(here.results).every(row => row.Duration === '' && row['Record Count'] === '')).toBe(true)
  expect(ended.stderr).toMatch(/^failed {2}run 1\/2 small {2}\w+: the SUT .* ended with exit code 7/m)
  expect(await settled(here)).toEqual([])
}, 60_000)

test('a SUT that never listens ends with 100 after one run, with what it printed', async () => {
  const here = place()
  const start = `echo waiting for godot; exec sleep 60`
  const file = write(here, 's.json', small({ sut: { start, readyTimeoutMs: 300 }, runs: 5 }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results])
  expect(ended.code, ended.stderr).toBe(100)
  expect(ended.stdout).toContain('exit 100: no target could be loaded')
  expect(ended.stdout).toMatch(/^ {2}\| waiting for godot\n {2}make it listen on /m)
  expect(ended.stderr).toMatch(/^failed {2}run 1\/5 small {2}start: .*\n +\| waiting for godot\n +make it listen/m)
  const [row, ...more] = rowsOf(here)
  expect(more).toEqual([])
  expect(row!.error).toContain('| waiting for godot')
  expect(row!.error).toMatch(/make it listen on \{mllpPort\} or \{fhirPort\}, or raise sut\.readyTimeoutMs$/)
  expect(await settled(here)).toEqual([])
})

test('--prepare and --cleanup are run around each run, with their output kept', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  const hooks = ['--prepare', 'echo ready $HL7BENCH_RUN_ID', '--cleanup', 'echo done $HL7BENCH_RUN_ID >&2']
  const ended = await hl7bench(here, ['run', file, '--results', here.results, ...hooks])
  expect(ended.code, ended.stderr).toBe(0)
  for (const run of ['r0001', 'r0002']) {
    const read = (name: string) => readFileSync(join(experimentFolders(here)[0]!, 'runs', run, name), 'utf8')
    expect(read('prepare.out.log')).toBe(`ready ${run}\n`)
    expect(read('cleanup.err.log')).toBe(`done ${run}\n`)
  }
})

test('a prepare that fails is told with its last lines, and nothing is loaded', async () => {
  const here = place()
  const file = write(here, 's.json', small())
  const hooks = ['--prepare', 'echo no database >&2; exit 3', '--cleanup', 'touch cleaned']
  const ended = await hl7bench(here, ['run', file, '--results', here.results, ...hooks])
  expect(ended.code).toBe(100)
  expect(ended.stdout.replace(/\s+/g, ' ')).toContain('exit 100: no target could be loaded: --prepare (')
  expect(ended.stdout).toMatch(/^ {2}\| no database$/m)
  const [row] = cells(here.results).map(each => JSON.parse(each['Test Case Execution Data']))
  expect(row).toMatchObject({ state: 'failed', stage: 'prepare', fault: 'environment' })
  expect(row.error).toContain('ended with exit code 3')
  expect(row.error).toContain('| no database')
})

test('a cleanup that fails ends with 101 when all else went well', async () => {
  const here = place()
  const file = write(here, 's.json', small({ runs: 5 }))
  // Fails once: that run is replaced.
  const cleanup = 'test -e failed || { touch failed; echo cannot clean; exit 4; }'
  const ended = await hl7bench(here, ['run', file, '--results', here.results, '--cleanup', cleanup])
  expect(ended.code, ended.stdout).toBe(101)
  expect(rowsOf(here).map(({ state }) => state)).toEqual(['failed', 'valid', 'valid', 'valid', 'valid', 'valid'])
  expect(existsSync(join(here.folder, 'failed'))).toBe(true)
}, 60_000)
