import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, describe as group, onTestFinished, test } from 'vitest'
import type { Topology } from '../../src/model/topology.ts'
import { canIpsec, WHAT } from '../environment/netns/support.ts'
import { leftovers } from '../environment/support.ts'
import {
  ANY_MACHINE,
  ending,
  hl7bench,
  PROJECT,
  rowsOf,
  startHl7bench,
  type Workplace,
  writeScenario,
} from '../fixtures/commandLine.ts'
import { needs } from '../needs.ts'
import { place } from './support.ts'

const withIpsec = needs(canIpsec && existsSync('/proc/self/environ'), `${WHAT} strongSwan`)
const ENTRY = join(PROJECT, 'bin', 'hl7bench.js')
let clones = 0
const newId = () => `kept-${process.pid}-${++clones}`

interface Kept {
  readonly id: string
  readonly first: { readonly pid: number }
  readonly checks: readonly { readonly name: string; readonly passed: boolean }[]
  readonly facts: { readonly tunnels: number; readonly topology: string }
  readonly topology: Topology
}

/** A clone for one test, gone afterwards whatever the test did. */
async function up(here: Workplace, args: readonly string[]): Promise<Kept> {
  const id = newId()
  onTestFinished(async () => {
    await hl7bench(here, ['env', 'down', id])
    expect(await leftovers(id)).toEqual([])
  })
  const ended = await hl7bench(here, ['env', 'up', ...args, '--id', id, '--json'])
  expect(ended.code, ended.stderr).toBe(0)
  return JSON.parse(ended.stdout) as Kept
}

/** Many users' paths do without the folders of administrators' programs. */
const withoutAdministrators = (here: Workplace): Workplace => ({
  ...here,
  env: {
    ...here.env,
    PATH: here.env
      .PATH!.split(':')
      .filter(folder => !folder.endsWith('sbin'))
      .join(':'),
  },
})

const listed = async (here: Workplace) =>
  JSON.parse((await hl7bench(here, ['env', 'ls', '--json'])).stdout).resources as {
    experiment: string
    resource: string
    pid: number
    alive: boolean
  }[]

const keeperOf = async (here: Workplace, id: string) =>
  (await listed(here)).find(each => each.experiment === id && each.resource === 'keeper keeper')!.pid

const stateOf = ({ env }: Workplace) => readdirSync(join(env.XDG_STATE_HOME!, 'hl7bench'))

const outside = () =>
  readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .slice(2)
    .map(line => line.split(':')[0])
    .sort()

group('a clone that is kept for use by hand', () => {
  withIpsec(
    'outlives the command that made it, runs commands on its hosts, shows its links and is gone when it is told',
    async () => {
      const here = withoutAdministrators(place())
      const before = outside()
      const { id, checks, facts } = await up(here, ['site-to-site', '--checks'])
      expect(facts).toMatchObject({ topology: 'site-to-site', tunnels: 1 })
      expect(checks.length).toBeGreaterThan(3)
      expect((await listed(here)).map(({ alive }) => alive)).toEqual([true, true, true])

      const taken = await hl7bench(here, ['env', 'up', 'direct', '--id', id])
      expect(taken).toMatchObject({ code: 104, stderr: expect.stringContaining('another --id') })

      const seven = await hl7bench(here, ['env', 'exec', id, 'hosp', '--', 'sh', '-c', 'ip addr show lan0; exit 7'])
      expect(seven.code).toBe(7)
      expect(seven.stdout).toContain('10.1.0.10/24')
      const cat = spawnSync(process.execPath, [ENTRY, 'env', 'exec', id, 'app', '--', 'sh', '-c', 'cat; pwd'], {
        ...{ cwd: here.folder, env: here.env, encoding: 'utf8', input: 'through\n' },
      })
      expect(cat.stdout).toBe(`through\n${here.folder}\n`)

      const started = ['env', 'exec', id, 'gw', '--', 'sh', '-c', 'nft list tables; exec sleep 1000']
      const sleeper = startHl7bench(here, started)
      expect(String((await once(sleeper.stdout!, 'data'))[0])).toContain('inet gate')
      const ended = ending(sleeper)
      sleeper.kill('SIGTERM')
      expect((await ended).code).toBe(128 + 15)

      const inventory = JSON.parse((await hl7bench(here, ['env', 'inventory', id, '--list'])).stdout)
      expect(inventory.gateway).toEqual({ hosts: ['hgw', 'gw'] })
      expect(inventory.hospital).toEqual({ hosts: ['hosp'] })
      const app = { ansible_host: '10.100.0.10', role: 'endpoint', clone: id, addresses: ['10.100.0.10/24'] }
      expect(inventory._meta.hostvars.app).toEqual(app)
      expect(JSON.parse((await hl7bench(here, ['env', 'inventory', id, '--host', 'app'])).stdout)).toEqual(app)

      expect(await hl7bench(here, ['env', 'down', id])).toMatchObject({ code: 0, stdout: `${id} is gone\n` })
      expect(await leftovers(id)).toEqual([])
      expect(stateOf(here)).toEqual([])
      expect(outside()).toEqual(before)
      expect((await hl7bench(here, ['env', 'exec', id, 'hosp', '--', 'true'])).code).toBe(104)
    },
    120_000,
  )

  withIpsec(
    'carries load made by hand, which a capture of its link shows encrypted',
    async () => {
      const here = place()
      const { id } = await up(here, ['site-to-site'])
      const receiver = startHl7bench(here, [
        ...['env', 'exec', id, 'app', '--', process.execPath, ENTRY, 'serve', 'mllp', '--host', '10.100.0.10'],
        '--allow-host',
      ])
      await once(receiver.stdout!, 'data')
      const capture = startHl7bench(here, ['env', 'capture', id, 'internet', 'traffic.pcap', '--json'])
      const captured = ending(capture)
      await once(capture.stderr!, 'data')
      const file = writeScenario(here, {
        name: 'by-hand',
        environment: { kind: 'attached', mllp: 'mllp://10.100.0.10:2575' },
        allowHosts: ['10.100.0.10'],
        load: [{ protocol: 'mllp', workload: { kind: 'open', ratePerSecond: 50 }, messages: { sizes: 'template' } }],
        phases: { warmupMs: 0, measureMs: 300, drainMs: '5s' },
        validity: ANY_MACHINE,
        runs: 1,
      })
      const load = await hl7bench(here, ['env', 'exec', id, 'hosp', '--', process.execPath, ENTRY, 'run', file])
      expect(load.code, load.stderr + load.stdout).toBe(0)
      expect(rowsOf(here)[0]!.audit.planned).toBe(15)
      capture.kill('SIGINT')
      const { code, stdout } = await captured
      expect(code).toBe(0)
      const { packets } = JSON.parse(stdout) as { packets: Record<string, number> }
      expect(packets.esp).toBeGreaterThan(10)
      expect(packets.other).toBeUndefined()
      const pcap = readFileSync(join(here.folder, 'traffic.pcap'))
      expect(pcap.readUInt32LE(0)).toBe(0xa1b2c3d4)
      expect(pcap.length).toBeGreaterThan(24 + 16 * packets.esp!)
      expect(pcap.includes('MSH|')).toBe(false)
      const receiving = ending(receiver)
      receiver.kill('SIGTERM')
      await receiving
    },
    120_000,
  )

  withIpsec(
    'leaves nothing when its keeper is killed, not even an entry for a sweep to find',
    async () => {
      const here = place()
      const before = outside()
      const { id } = await up(here, ['site-to-site'])
      const sleeper = hl7bench(here, ['env', 'exec', id, 'hosp', '--', 'sleep', '1000'])
      await sleep(300)
      process.kill(await keeperOf(here, id), 'SIGKILL')
      expect(await leftovers(id)).toEqual([])
      expect((await sleeper).code).toBe(128 + 9)
      expect(outside()).toEqual(before)
      expect(stateOf(here)).toEqual([])
      const unusable = await hl7bench(here, ['env', 'exec', id, 'hosp', '--', 'true'])
      expect(unusable).toMatchObject({ code: 104, stderr: expect.stringContaining('hl7bench env ls') })
      expect((await hl7bench(here, ['env', 'sweep'])).stdout).toBe('nothing to remove\n')
    },
    120_000,
  )

  withIpsec(
    'is told apart from one that stands while it is coming up, and can be told to go then, which whoever asked for it is told',
    async () => {
      const here = place()
      const id = newId()
      const settings = ['environment.hospitals=200', 'environment.overlapping=20'].flatMap(each => ['--set', each])
      const asking = startHl7bench(here, ['env', 'up', 'hub', ...settings, '--id', id, '--checks'])
      const asked = ending(asking)
      onTestFinished(async () => {
        await hl7bench(here, ['env', 'down', id])
        expect(await leftovers(id)).toEqual([])
      })
      while (!existsSync(join(here.env.XDG_STATE_HOME!, 'hl7bench', id))) await sleep(5)
      const [shown, used, capture, again] = await Promise.all(
        [
          ['ls'],
          ['exec', id, 'hosp', '--', 'true'],
          ['capture', id, 'internet', '--for', '1s'],
          ['up', 'direct', '--id', id],
        ].map(args => hl7bench(here, ['env', ...args])),
      )
      expect(shown!.stdout).toMatch(new RegExp(`^${id} .*keeper.*alive, coming up`))
      for (const ended of [used, capture])
        expect(ended).toMatchObject({ code: 104, stderr: expect.stringContaining(`${id} is not up yet; wait until`) })
      expect(again).toMatchObject({ code: 104, stderr: expect.stringContaining(`npx hl7bench env down ${id}`) })
      expect(await hl7bench(here, ['env', 'down', id])).toMatchObject({ code: 0, stdout: `${id} is gone\n` })
      expect(await asked).toMatchObject({ code: 100, stderr: expect.stringContaining('bring it up again') })
      expect(await hl7bench(here, ['env', 'down', id])).toMatchObject({
        code: 104,
        stderr: expect.stringContaining('npx hl7bench env ls'),
      })
      expect(stateOf(here)).toEqual([])
    },
    60_000,
  )

  withIpsec(
    'answers for a host, link or command that there is not with what there is, however many',
    async () => {
      const here = place()
      const { id } = await up(here, ['hub', '--set', 'environment.overlapping=10'])
      const host = await hl7bench(here, ['env', 'exec', id, 'hosp1', '--', 'true'])
      expect(host).toMatchObject({
        code: 104,
        stderr: expect.stringMatching(/no host hosp1; name one of .*og0, .*\d more\n$/),
      })
      const link = await hl7bench(here, ['env', 'capture', id, 'wan', '--for', '1s'])
      expect(link).toMatchObject({
        code: 104,
        stderr: expect.stringMatching(/name a host \(.*gw.*\) or a link \(.*internet.*\)/),
      })
      const command = await hl7bench(here, ['env', 'exec', id, 'gw', '--', 'no-such-command'])
      expect(command).toMatchObject({ code: 127, stderr: expect.stringMatching(/^sh: .*no-such-command: not found/) })
    },
    60_000,
  )

  withIpsec(
    'is gone by itself when it expires',
    async () => {
      const here = place()
      const { id } = await up(here, ['direct', '--expires', '1s'])
      for (let wait = 0; wait < 200 && stateOf(here).length > 0; wait++) await sleep(50)
      expect(stateOf(here)).toEqual([])
      expect(await leftovers(id)).toEqual([])
    },
    60_000,
  )

  withIpsec(
    'is not there when whoever asked for it is killed before it stands',
    async () => {
      const here = place()
      const id = newId()
      const asking = startHl7bench(here, ['env', 'up', 'hub', '--set', 'environment.hospitals=40', '--id', id])
      const journal = join(here.env.XDG_STATE_HOME!, 'hl7bench', id, 'resources.jsonl')
      while (!existsSync(journal)) await sleep(5)
      asking.kill('SIGKILL')
      await once(asking, 'exit')
      for (let wait = 0; wait < 200 && existsSync(journal); wait++) await sleep(50)
      expect(existsSync(journal)).toBe(false)
      expect(await leftovers(id)).toEqual([])
    },
    60_000,
  )

  withIpsec(
    'is what a case of a scenario asks for',
    async () => {
      const here = place()
      const file = writeScenario(here, {
        name: 'lab',
        environment: { kind: 'netns', vpn: { kind: 'ipsec' } },
        load: [{ protocol: 'mllp', workload: { kind: 'closed' } }],
        vary: { 'environment.topology': ['direct', 'site-to-site'] },
      })
      const ambiguous = await hl7bench(here, ['env', 'up', file])
      expect(ambiguous).toMatchObject({ code: 104, stderr: expect.stringContaining('--case') })
      const { facts } = await up(here, [file, '--case', 'lab[topology=direct]'])
      expect(facts).toMatchObject({ topology: 'direct', tunnels: 0 })
    },
    60_000,
  )
})

const SHIM = `#!/bin/sh
case "$*" in '-f -') sed 's/refused drop/refused accept/' | PATH="\${PATH#*:}" nft -f - ;; *) PATH="\${PATH#*:}" exec nft "$@" ;; esac
`

/** Where every firewall of a clone lets through what it should refuse. */
function withoutFirewalls(here: Workplace): Workplace {
  const bin = join(here.folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'nft'), SHIM, { mode: 0o755 })
  return { ...here, env: { ...here.env, PATH: `${bin}:${here.env.PATH}` } }
}

withIpsec(
  'a check that fails ends a run with a command that keeps such a clone for a look, which tells the failure as its error',
  async () => {
    const here = place()
    const broken = withoutFirewalls(here)
    const file = writeScenario(here, {
      name: 'open',
      environment: {
        kind: 'netns',
        topology: 'hub',
        vpn: { cipher: 'aes256-sha256' },
        hospitals: 3,
        overlapping: 2,
        link: { delayMs: 2 },
        cpus: { gateways: '0' },
      },
      load: [{ protocol: 'mllp', feeds: 3, generators: 3, workload: { kind: 'open', ratePerSecond: 40 } }],
      runs: 1,
      seed: 7,
    })
    const ended = await hl7bench(broken, ['run', file])
    expect(ended.code, ended.stdout).toBe(100)
    expect(ended.stdout).toContain('check closed ports failed')
    const advised = ended.stdout
      .split('\n')
      .map(line => line.trim())
      .filter(line => line.startsWith('npx hl7bench env up'))
    expect(advised).toHaveLength(1)
    const id = newId()
    const command = `${advised[0]!.replace('npx hl7bench', '"$@"')} --id ${id}`
    const again = (env: NodeJS.ProcessEnv, more: string) =>
      spawnSync('sh', ['-c', command + more, 'sh', process.execPath, ENTRY], {
        cwd: here.folder,
        env,
        encoding: 'utf8',
      })
    onTestFinished(async () => {
      await hl7bench(here, ['env', 'down', id])
      expect(await leftovers(id)).toEqual([])
    })
    const kept = again(broken.env, '')
    expect(kept.status).toBe(100)
    expect(kept.stdout).toContain('check closed ports FAILED')
    expect(kept.stderr).toMatch(
      new RegExp(
        `^hl7bench: ${id} is not what it claims to be: .*closed ports.*npx hl7bench env down ${id} removes it\n$`,
      ),
    )
    expect((await hl7bench(here, ['env', 'exec', id, 'gw', '--', 'true'])).code).toBe(0)
    expect((await hl7bench(here, ['env', 'down', id])).code).toBe(0)
    const sound = again(here.env, ' --json')
    expect(sound.status, sound.stderr).toBe(0)
    const { facts, topology } = JSON.parse(sound.stdout) as Kept
    expect(facts).toMatchObject({ topology: 'hub', hospitals: 3, mechanisms: { delay: expect.any(String) } })
    expect(topology.tunnels.map(({ vpn }) => vpn)).toEqual(
      Array(3).fill(expect.objectContaining({ cipher: 'aes256-sha256' })),
    )
  },
  120_000,
)

withIpsec(
  'a hub with overlapping hospitals is kept without a word of the load that it has not',
  async () => {
    const here = place()
    const busy = { ...here, env: { ...here.env, HL7BENCH_RUNS: '0', HL7BENCH_SET: 'load.mllp.feeds=0' } }
    const settings = ['environment.hospitals=5', 'environment.overlapping=4'].flatMap(each => ['--set', each])
    const { topology } = await up(busy, ['hub', ...settings])
    expect(topology.links.filter(({ ends }) => ends.some(({ address }) => address === '10.250.0.10/24'))).toHaveLength(
      4,
    )
  },
  60_000,
)

test('a clone by hand takes settings of its environment alone, and tells what is wrong with them', async () => {
  const here = place()
  for (const [setting, hint] of [
    ['load.mllp.generators=4', 'name a scenario file instead of a topology'],
    ['enviroment.hospitals=4', "did you mean 'environment'?"],
    ['environment.overlapping=11', 'raise environment.hospitals'],
    ['overlapping', 'environment.hospitals=50'],
    ['environment.vpn.mtu=1400', "it belongs to kind: 'wireguard'"],
  ]) {
    const refused = await hl7bench(here, ['env', 'up', 'hub', '--set', setting!])
    expect(refused).toMatchObject({ code: 104, stderr: expect.stringContaining(hint!) })
    expect(refused.stderr).toContain('One thing is wrong')
  }
})

test('clones and hosts that there are not, wrong names and scenarios of other environments are bad input', async () => {
  const here = place()
  for (const args of [
    ['exec', 'nobody', 'hosp', '--', 'true'],
    ['capture', 'nobody', 'hosp'],
    ['down', '../nobody'],
  ]) {
    const ended = await hl7bench(here, ['env', ...args])
    expect(ended).toMatchObject({ code: 104, stderr: expect.stringContaining('hl7bench env ls') })
  }
  const file = writeScenario(here, { name: 'plain', load: [{ protocol: 'mllp', workload: { kind: 'closed' } }] })
  const plain = await hl7bench(here, ['env', 'up', file])
  expect(plain).toMatchObject({ code: 104, stderr: expect.stringContaining('environment.kind netns') })
  for (const [args, remedy] of [
    [['up', 'direct', '--expires', '0s'], 'from 1s to 576h'],
    [['up', 'direct', '--expires', '100d'], 'from 1s to 576h'],
    [['up', 'direct', '--id', 'A B'], 'a letter first'],
    [['up', 'direct', '--case', 'x'], 'leave out --case'],
    [['up', 'hubb'], 'did you mean hub?'],
    [['up', 'triangle'], 'name one of direct, site-to-site, hub, or a scenario file'],
    [['up', file, '--case', 'x'], 'there is no case x; name one case with --case: plain'],
    [['capture', 'nobody', 'gw', '--for', '0s'], 'such as 10s'],
  ] as const) {
    const ended = await hl7bench(here, ['env', ...args])
    expect(ended).toMatchObject({ code: 104, stderr: expect.stringContaining(remedy) })
  }
})

withIpsec('a state folder that cannot be used is told before anything is made', async () => {
  const here = place()
  const file = join(here.folder, 'taken')
  writeFileSync(file, '')
  const ended = await hl7bench({ ...here, env: { ...here.env, XDG_STATE_HOME: file } }, ['env', 'up', 'direct'])
  expect(ended).toMatchObject({ code: 100, stderr: expect.stringContaining('set XDG_STATE_HOME to a folder that is') })
})

test('a machine that cannot hold clones is refused with what is missing, and doctor lists it', async () => {
  const here = place()
  const bin = join(here.folder, 'bin')
  mkdirSync(bin)
  const env = { ...here.env, PATH: bin }
  const refused = await hl7bench({ ...here, env }, ['env', 'up', 'site-to-site'])
  expect(refused.code).toBe(100)
  expect(refused.stderr).toContain('apt-get install iproute2 util-linux')
  expect((await hl7bench({ ...here, env }, ['env', 'ls'])).stdout).toBe('nothing exists\n')
  const doctor = await hl7bench({ ...here, env }, ['doctor', '--json'])
  const { findings, mechanisms } = JSON.parse(doctor.stdout) as {
    findings: { what: string; state: string; remedy: string | null }[]
    mechanisms: Record<string, unknown>
  }
  const ofNetworks = findings.filter(({ what }) => what.startsWith('netns: '))
  expect(ofNetworks.some(({ what, state }) => what.includes('unshare') && state === 'limited')).toBe(true)
  expect(ofNetworks.every(({ state }) => state !== 'no')).toBe(true)
  expect(mechanisms).toMatchObject({ rate: null })
})
