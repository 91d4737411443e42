import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ANY_MACHINE, PROJECT } from '../fixtures/commandLine.ts'
import { findOlderNode } from './olderNode.ts'

const run = promisify(execFile)
const olderNode = await findOlderNode()
const whyNoOlderNode = olderNode === null ? ' (skipped: no Node older than 22.18 on the PATH)' : ''
const INSTALL_MS = 240_000

let root = ''
let user = ''
let env: NodeJS.ProcessEnv = {}

/** As a user has it: this Node first on the PATH, and nothing of the npm that runs the tests. */
function userEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(CI|GITHUB_.*|HL7BENCH_.*|VITEST.*|NODE_OPTIONS|NODE_ENV|npm_.*|INIT_CWD)$/i.test(name),
  )
  return {
    ...Object.fromEntries(kept),
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    XDG_STATE_HOME: join(root, 'state'),
    NO_COLOR: '1',
  }
}

const hl7bench = (...args: string[]) => run('npx', ['--no-install', 'hl7bench', ...args], { cwd: user, env })

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'hl7bench-package-')))
  user = join(root, 'user')
  env = userEnvironment()
  // The suite runs on a build that is just made; building again under the feet of other tests would break them.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', root], { cwd: PROJECT, env })
  const tarball = join(root, readdirSync(root).find(name => name.endsWith('.tgz'))!)
  await run('npm', ['install', '--prefix', user, '--no-audit', '--no-fund', tarball], { cwd: root, env })
}, INSTALL_MS)

afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))

test('the package holds what a user needs and none of the sources or tests', () => {
  const own = join(user, 'node_modules', 'hl7bench')
  for (const name of ['bin/hl7bench.js', 'dist/index.js', 'dist/index.d.ts', 'dist/scenario.schema.json', 'LICENSE'])
    expect([name, existsSync(join(own, name))]).toEqual([name, true])
  for (const name of ['src', 'test', 'bench']) expect([name, existsSync(join(own, name))]).toEqual([name, false])
})

test('init writes a scenario that validate accepts and a run of it leaves its row', async () => {
  expect((await hl7bench('init')).stdout).toContain('wrote my.bench.ts')
  expect((await hl7bench('validate', 'my.bench.ts')).stdout).toContain('is valid')
  const short = ['--runs', '1', '--warmup', '50ms', '--duration', '200ms', '--no-slo', '--quiet']
  const limits = Object.entries(ANY_MACHINE).flatMap(([name, value]) => ['--set', `validity.${name}=${value}`])
  const { stdout } = await hl7bench('run', 'my.bench.ts', ...short, ...limits)
  expect(stdout).toContain('my-scenario')
  expect(existsSync(join(user, 'results', 'benchmark-data.csv'))).toBe(true)
}, 90_000)

test('a scenario with messages made of code imports hl7bench and runs', async () => {
  const scenario = `
    import { defineScenario, type MessageFunction } from 'hl7bench'
    const make: MessageFunction = index => \`MSH|^~\\\\&|A|B|C|D|20260101||ADT^A08|X|T|2.5.1\\rEVN||20260101\\rPID|1||\${index}\\r\`
    export default defineScenario({
      name: 'own-messages',
      load: [{ protocol: 'mllp', feeds: 2, workload: { kind: 'closed', records: 50 }, messages: make }],
      validity: ${JSON.stringify(ANY_MACHINE)},
      slo: { 'audit.lost': '= 0', 'mllp.errors': '= 0' },
      runs: 1,
    })`
  writeFileSync(join(user, 'own.bench.ts'), scenario)
  const { stdout } = await hl7bench('run', 'own.bench.ts', '--quiet', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ exit: { code: 0 } })
}, 60_000)

test.skipIf(olderNode === null)(`an older Node is told in one sentence what is needed${whyNoOlderNode}`, async () => {
  const entry = join(user, 'node_modules', 'hl7bench', 'bin', 'hl7bench.js')
  const failed = await run(olderNode!, [entry, '--version'], { env }).then(
    () => null,
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
  expect(failed).toMatchObject({ code: 1, stdout: '' })
  expect(failed!.stderr.trimEnd()).toMatch(/^hl7bench needs Node 22\.18 or later; this is Node \d[^\n]*$/)
})
