import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ANY_MACHINE, hl7bench, PROJECT, rowsOf } from '../fixtures/commandLine.ts'
import { place, settled, small, start, write } from './support.ts'

/** Runs a script that uses the package as its users do, from the build, and returns what it printed as JSON. */
async function script(here: ReturnType<typeof place>, text: string): Promise<unknown> {
  const index = JSON.stringify(join(PROJECT, 'dist', 'index.js'))
  const file = write(here, 'script.mjs', `import * as hl7bench from ${index}\n${text}`)
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: here.folder, env: here.env })
  return JSON.parse(stdout)
}

test('a script runs a scenario, gets the report with the exit code, and nothing else is printed', async () => {
  const here = place()
  write(here, 's.json', small({ slo: { 'mllp.throughput': '> 100000' } }))
  const report = await script(
    here,
    `const options = { runs: 1, seed: 5, results: 'results/benchmark-data.csv', tags: { by: 'script' } }
    console.log(JSON.stringify(await hl7bench.run('s.json', options)))`,
  )
  expect(report).toMatchObject({ name: 'small', seed: 5, verdict: 'missed', exit: { code: 99 } })
  expect(rowsOf(here)).toMatchObject([{ state: 'valid', tags: { by: 'script' } }])
})

test('times that hold by default stand in the help with their units', async () => {
  const here = place()
  for (const [command, defaults] of [
    ['hash', ['5d', '150ms']],
    ['capacity', ['60s']],
    ['calibrate', ['1s']],
  ] as const) {
    const help = (await hl7bench(here, [command, '--help'])).stdout.replace(/\s+/g, ' ')
    for (const time of defaults) expect(help).toContain(`(default: ${time})`)
  }
})

test('a script ends an experiment with its own signal', async () => {
  const here = place()
  write(here, 's.json', small({ runs: 30 }))
  const report = await script(
    here,
    `const end = new AbortController()
    setTimeout(() => end.abort(), 1500)
    console.log(JSON.stringify(await hl7bench.run('s.json', { results: 'results/benchmark-data.csv', signal: end.signal })))`,
  )
  expect(report).toMatchObject({ exit: { code: 105 } })
  expect(await settled(here)).toEqual([])
})

test('a script is told what is wrong with a scenario by an error', async () => {
  const here = place()
  write(here, 's.json', small({ runs: 'many' }))
  const told = await script(
    here,
    `const error = await hl7bench.run('s.json').catch(error => error)
    console.log(JSON.stringify([error.name, error.message]))`,
  )
  expect(told).toEqual(['ScenarioError', expect.stringMatching(/s\.json:\d+:\d+ {2}runs/)])
})

test('a script compares two servers, and a commit that git does not know rejects', async () => {
  const here = place()
  const addresses = await Promise.all(
    [1, 2].map(async () => {
      const [address] = await start(here, ['serve', 'mllp', '--port', '0', '--service-time', '2']).printed(
        /mllp:\/\/[\d.]+:\d+/,
      )
      return address
    }),
  )
  const limits = Object.entries(ANY_MACHINE).map(([name, value]) => `validity.${name}=${value}`)
  const options = {
    baseline: addresses[0],
    candidate: addresses[1],
    runs: 12,
    rate: 100,
    duration: 100,
    warmup: 20,
    set: limits,
    results: here.results,
  }
  const told = (await script(
    here,
    `const report = await hl7bench.compare([], ${JSON.stringify(options)})
    const error = await hl7bench.compare('s.json', { baseline: 'nowhere' }).catch(error => error)
    console.log(JSON.stringify({ verdict: report.verdict, baseline: report.baseline.label, error: error.message }))`,
  )) as { verdict: string; baseline: string; error: string }
  expect(told.baseline).toBe(addresses[0])
  expect(['same', 'inconclusive', 'slower', 'faster']).toContain(told.verdict)
  expect(told.error).toMatch(/s\.json does not exist/)
}, 60_000)
