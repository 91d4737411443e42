import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canIpsec, WHAT } from './environment/netns/support.ts'
import { ANY_MACHINE } from './fixtures/commandLine.ts'
import { needs } from './needs.ts'

const root = resolve(import.meta.dirname, '..')
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map(name => `docs/${name}`)].filter(name =>
  name.endsWith('.md'),
)

interface Block {
  readonly language: string
  readonly text: string
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```([^\n]+)\n(.*?)^```$/gms)].map(([, language, body]) => ({
    language: language!.trim(),
    text: body!,
  }))
}

let folder = ''
const background: ChildProcess[] = []

/** An empty project elsewhere that has hl7bench installed, as a reader's own would. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hl7bench-docs-'))
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules', 'hl7bench'))
  symlinkSync(join(root, 'bin', 'hl7bench.js'), join(folder, 'node_modules', '.bin', 'hl7bench'))
  symlinkSync(process.execPath, join(folder, 'node_modules', '.bin', 'node'))
  cpSync(join(root, 'scenarios'), join(folder, 'scenarios'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"name":"reader","type":"module"}')
})

afterAll(() => {
  for (const child of background) process.kill(-child.pid!, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** What a reader's shell has, but no build server's variables, short runs, and no say of how busy the machine of the tests is. */
function environment(): NodeJS.ProcessEnv {
  const { CI: _, GITHUB_ACTIONS: __, ...env } = process.env
  const bin = join(folder, 'node_modules', '.bin')
  return {
    ...env,
    PATH: `${bin}:${env.PATH}`,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    HL7BENCH_RUNS: '2',
    HL7BENCH_SET: Object.entries(ANY_MACHINE)
      .map(([limit, value]) => `validity.${limit}=${value}`)
      .join(';'),
    npm_config_offline: 'true',
  }
}

/** The ports of the docs are the reader's; a test takes free ones. */
async function freePorts(text: string, ports: Map<string, number>): Promise<string> {
  for (const port of ['2575', '2580', '8080']) {
    if (text.includes(port) && !ports.has(port)) ports.set(port, await freePort())
  }
  return [...ports].reduce((all, [written, free]) => all.replaceAll(written, String(free)), text)
}

function freePort(): Promise<number> {
  return new Promise(done => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => done(port))
    })
  })
}

function startInBackground(command: string): Promise<void> {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: folder,
    env: environment(),
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  background.push(child)
  return new Promise((done, fail) => {
    child.stdout!.on('data', (bytes: Buffer) => bytes.includes('listening on') && done())
    child.on('exit', code => fail(new Error(`${command} ended with ${code}`)))
  })
}

/** Blocks of `sh netns` need a machine that can hold clones of networks, whose ports are all their own. */
const isOfNetworks = ({ language }: Block) => language === 'sh netns'
const isShell = ({ language }: Block) => language.startsWith('sh')

async function runBlocks(blocks: readonly Block[]): Promise<void> {
  const ports = new Map<string, number>()
  for (const block of blocks) {
    const command = isOfNetworks(block) ? block.text : await freePorts(block.text, ports)
    if (block.language === 'sh background') await startInBackground(command)
    else {
      const { status, stdout, stderr } = spawnSync('/bin/sh', ['-ec', command], {
        cwd: folder,
        env: environment(),
        encoding: 'utf8',
      })
      expect({ command, status, output: status === 0 ? '' : stdout + stderr }).toEqual({
        command,
        status: 0,
        output: '',
      })
    }
  }
}

const shellPages = pages.filter(page => page !== 'README.md' && blocksOf(page).some(isShell))

test.each(shellPages)(
  'the commands in %s run',
  page => runBlocks(blocksOf(page).filter(block => isShell(block) && !isOfNetworks(block))),
  120_000,
)

for (const page of shellPages.filter(each => blocksOf(each).some(isOfNetworks)))
  needs(canIpsec, `${WHAT} strongSwan`)(
    `the commands in ${page} that build networks run`,
    () => runBlocks(blocksOf(page).filter(isOfNetworks)),
    180_000,
  )

test('npm start runs the demo as the README says', () => {
  const results = join(folder, 'start', 'rows.csv')
  const env = { ...environment(), HL7BENCH_RESULTS: results }
  const { status, stdout, stderr } = spawnSync('npm', ['start'], { cwd: root, env, encoding: 'utf8' })
  expect(stderr).toContain('2/2')
  expect(stdout).toContain('hl7bench: demo carried')
  // On a busy machine an SLO or a run may fail; the job itself must have been done.
  expect([0, 99, 113]).toContain(status)
  expect(readFileSync(results, 'utf8').trim().split('\n').length).toBeGreaterThanOrEqual(3)
}, 120_000)

const scenarios = pages.flatMap(page =>
  blocksOf(page)
    .filter(({ language, text }) => language === 'ts' && text.includes('defineScenario('))
    .map((block, i) => [page, i, block.text] as const),
)

test.each(scenarios)('the scenario in %s (%i) is valid', (page, i, text) => {
  const file = join(folder, `${page.replaceAll('/', '-')}-${i}.bench.ts`)
  writeFileSync(file, text)
  const { status, stderr } = spawnSync('hl7bench', ['validate', file], {
    cwd: folder,
    env: environment(),
    encoding: 'utf8',
  })
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
})

test('every page that the README names is there, and every page is named', () => {
  const named = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\((docs\/[^)]+)\)/g)].map(
    match => match[1]!,
  )
  expect([...new Set(named)].sort()).toEqual(pages.filter(page => page.startsWith('docs/')).sort())
})
