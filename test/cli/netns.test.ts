import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, describe as group, onTestFinished } from 'vitest'
import { readArrivals } from '../../src/ledger/arrivals.ts'
import { DRILL_STEPS, type DrillResult } from '../../src/model/drill.ts'
import type { Around, TunnelEvent } from '../../src/model/tunnelEvent.ts'
import { canIpsec, canWireguard, WHAT } from '../environment/netns/support.ts'
import {
  ANY_MACHINE,
  clear,
  ending,
  hl7bench,
  PROJECT,
  type RowData,
  rowsOf,
  type Workplace,
  workplace,
  writeScenario,
} from '../fixtures/commandLine.ts'
import { needs } from '../needs.ts'

const withIpsec = needs(canIpsec, `${WHAT} strongSwan`)
const withWireguard = needs(canWireguard, `${WHAT} WireGuard`)
const onBoth = needs(canIpsec && canWireguard, `${WHAT} strongSwan and WireGuard`)
const isRoot = process.getuid?.() === 0
const asNobody = needs(
  canIpsec && (!isRoot || spawnSync('setpriv', ['--version']).status === 0),
  `${WHAT} strongSwan and setpriv`,
)
const NOBODY = 65_534

const scenario = {
  name: 'vpn',
  environment: { kind: 'netns', vpn: { kind: 'ipsec' } },
  load: [
    {
      protocol: 'mllp',
      feeds: 4,
      workload: { kind: 'open', ratePerSecond: 40 },
      messages: { sizes: 'template' },
    },
  ],
  phases: { warmupMs: 0, measureMs: 500, drainMs: '5s' },
  slo: { 'audit.lost': '= 0', 'audit.duplicated': '= 0' },
  validity: ANY_MACHINE,
  runs: 1,
}

function newWorkplace(): Workplace {
  const place = workplace()
  onTestFinished(() => clear(place))
  return place
}

const environmentIds = ({ results }: Workplace) =>
  (parse(readFileSync(results)) as string[][]).slice(1).map(cells => cells[4]!)

group('load through a VPN', () => {
  withIpsec(
    'is accounted for, and the row says what the clone was made of and what it proved',
    async () => {
      const place = newWorkplace()
      const vary = {
        'environment.topology': ['direct', 'site-to-site'],
        'environment.vpn.cipher': ['aes128gcm16', 'aes256gcm16'],
      }
      const ended = await hl7bench(place, ['run', writeScenario(place, { ...scenario, vary })])
      expect(ended.code, ended.stderr + ended.stdout).toBe(0)
      const rows = rowsOf(place) as (RowData & { network: { topology: string; checks: { passed: boolean }[] } })[]
      // Ciphers make no difference where there is no gateway.
      expect(rows.map(({ network }) => network.topology).toSorted()).toEqual(['direct', 'site-to-site', 'site-to-site'])
      for (const { audit, network } of rows) {
        expect(audit.terms.once).toBe(audit.planned)
        expect(network.checks.length).toBeGreaterThan(0)
        expect(network.checks.every(({ passed }) => passed)).toBe(true)
      }
      expect(environmentIds(place).filter(id => id.startsWith('netns-site-to-site-'))).toHaveLength(2)
      expect(ended.stdout).toContain('charon of gw')
      expect(ended.stdout).toMatch(/times that of vpn\[topology=direct\]/)
    },
    120_000,
  )

  withIpsec(
    'comes from every hospital of a hub, under its own address and to its own port',
    async () => {
      const place = newWorkplace()
      const hub = { ...scenario.environment, topology: 'hub', hospitals: 6, overlapping: 2 }
      const load = [{ ...scenario.load[0], feeds: 6, generators: 3 }]
      const ended = await hl7bench(place, ['run', writeScenario(place, { ...scenario, environment: hub, load })])
      expect(ended.code, ended.stderr + ended.stdout).toBe(0)
      expect(rowsOf(place)[0]!.audit.terms.once).toBe(20)
    },
    120_000,
  )

  withIpsec(
    'comes from every hospital of a hub by a single generator, where no two have the same addresses',
    async () => {
      const place = newWorkplace()
      const environment = { kind: 'netns', topology: 'hub', hospitals: 4 }
      const ended = await hl7bench(place, ['run', writeScenario(place, { ...scenario, environment })])
      expect(ended.code, ended.stderr + ended.stdout).toBe(0)
      expect(rowsOf(place)[0]!.audit.terms.once).toBe(20)
      expect((rowsOf(place)[0] as RowData & { network: { hospitals: number } }).network.hospitals).toBe(4)
    },
    120_000,
  )

  for (const topology of ['site-to-site', 'hub'])
    withIpsec(
      `goes both ways at once: ${topology}`,
      async () => {
        const place = newWorkplace()
        const environment = { ...scenario.environment, topology, hospitals: 5, overlapping: 2, translatedBy: 'us' }
        const load = [
          { ...scenario.load[0], feeds: 5, generators: 5 },
          { ...scenario.load[0], name: 'results', from: 'application', feeds: 10 },
        ]
        const slo = { ...scenario.slo, 'audit.foreign': '= 0' }
        const ended = await hl7bench(place, ['run', writeScenario(place, { ...scenario, environment, load, slo })])
        expect(ended.code, ended.stderr + ended.stdout).toBe(0)
        const [row] = rowsOf(place) as (RowData & { loads: Record<string, unknown>; experiment: string; run: string })[]
        expect(row!.audit.planned).toBe(40)
        expect(row!.audit.terms.once).toBe(40)
        expect(ended.stdout).toMatch(/over 10 connections,\s+from\s+the application to the hospitals/)
        const records = readdirSync(place.folder, { recursive: true, encoding: 'utf8' })
          .filter(name => /arrivals-hospital-.*\.bin$/.test(name))
          .map(name => [...readArrivals(join(place.folder, name))].length)
        expect(records).toHaveLength(topology === 'hub' ? 3 : 1)
        expect(records.reduce((sum, count) => sum + count, 0)).toBe(20)
        expect(Math.min(...records)).toBeGreaterThan(0)
      },
      120_000,
    )

  withIpsec(
    'tells when keys were renewed, and what the exchanges close to it felt',
    async () => {
      const place = newWorkplace()
      const environment = { kind: 'netns', topology: 'hub', hospitals: 4, vpn: { kind: 'ipsec', rekeySeconds: 2 } }
      const load = [{ ...scenario.load[0], feeds: 8, generators: 3 }]
      const phases = { ...scenario.phases, measureMs: 4_000 }
      const ended = await hl7bench(place, ['run', writeScenario(place, { ...scenario, environment, load, phases })])
      expect(ended.code, ended.stderr + ended.stdout).toBe(0)
      const [row] = rowsOf(place) as (RowData & { tunnelEvents: TunnelEvent[]; around: Around[] })[]
      const { tunnelEvents, around } = row!
      // A busy machine may renew the keys of some tunnels after the run.
      const renewed = new Set(tunnelEvents.map(({ tunnel }) => tunnel)).size
      expect(renewed).toBeGreaterThan(0)
      expect(renewed).toBeLessThanOrEqual(4)
      expect(new Set(tunnelEvents.map(({ what }) => what))).toEqual(new Set(['child-rekey']))
      expect(around).toHaveLength(1)
      expect(around[0]!.within.exchanges).toBeGreaterThan(0)
      expect(around[0]!.within.exchanges + around[0]!.rest.exchanges).toBe(160)
      expect(ended.stdout.replace(/\s+/g, ' ')).toMatch(
        /keys renewed \d+ times in 1 run mllp: response p99 .* \(\d+ exchanges, 0 unanswered\) meant to be sent/,
      )
    },
    120_000,
  )

  for (const { kind, on, steps } of [
    { kind: 'ipsec', on: withIpsec, steps: DRILL_STEPS },
    { kind: 'wireguard', on: withWireguard, steps: DRILL_STEPS.filter(step => step !== 'tunnelUp') },
  ])
    on(
      `goes on while tunnels and ports are added to the gateway, each until its first acknowledgement, in every run of a clone: ${kind}`,
      async () => {
        const place = newWorkplace()
        const environment = { kind: 'netns', topology: 'hub', hospitals: 6, vpn: { kind } }
        const load = [{ ...scenario.load[0], feeds: 6, generators: 3 }]
        const phases = { ...scenario.phases, measureMs: 2_500 }
        const drills = ['add-tunnel', 'add-port', 'add-tunnel'].map((what, n) => ({ atMs: 300 + n * 250, do: what }))
        const vary = { 'load.mllp.window': [1, 2] }
        const slo = { ...scenario.slo, 'audit.foreign': '= 0' }
        const file = writeScenario(place, { ...scenario, environment, load, phases, drills, vary, slo })
        const ended = await hl7bench(place, ['run', file])
        expect(ended.code, ended.stderr + ended.stdout).toBe(0)
        const rows = rowsOf(place) as (RowData & { drills: DrillResult[]; clone: string })[]
        expect(rows.map(({ clone }) => clone)).toEqual([rows[0]!.clone, rows[0]!.clone])
        for (const { audit, drills: done } of rows) {
          // Each drill's own message is planned, too, and found at the receiver.
          expect(audit.planned).toBe(103)
          expect(audit.terms.once).toBe(103)
          const closedBefore = 'no answer within 400 ms'
          expect(
            done.map(({ tunnel, port, closedBefore: before, error }) => ({
              tunnel,
              port,
              closedBefore: before,
              error,
            })),
          ).toEqual([
            { tunnel: 'hosp-4', port: 20_004, closedBefore, error: null },
            { tunnel: 'hosp-3', port: 21_000, closedBefore, error: null },
            { tunnel: 'hosp-5', port: 20_005, closedBefore, error: null },
          ])
          for (const { do: what, steps: taken, felt } of done) {
            const own = what === 'add-port' ? (['firewallOpened', 'connected', 'firstAck'] as const) : steps
            expect(Object.keys(taken)).toEqual(own)
            const times = own.map(step => taken[step]!)
            expect(times).toEqual(times.toSorted((a, b) => a - b))
            expect(felt[0]!.before.exchanges).toBeGreaterThan(0)
            expect(felt[0]!.during.exchanges).toBeGreaterThan(0)
          }
          expect(done[2]!.atMs - done[0]!.atMs).toBeGreaterThan(400)
        }
        const said = ended.stdout.replace(/\s+/g, ' ')
        expect(said).toContain('add-tunnel under load: configuration loaded after')
        expect(said).toMatch(/add-port under load: port opened after .* a connection to port 21000 came to nothing/)
      },
      120_000,
    )

  onBoth(
    'goes on while a port is opened for the one hospital of a site to site, also behind a load of another protocol',
    async () => {
      const place = newWorkplace()
      const fhir = {
        protocol: 'fhir',
        connections: 2,
        workload: { kind: 'open', ratePerSecond: 20 },
        operations: [{ search: 'Patient', by: 'identifier' }],
      }
      const phases = { ...scenario.phases, measureMs: 1_500 }
      const vary = { 'environment.topology': ['site-to-site', 'hub'], 'environment.vpn.kind': ['ipsec', 'wireguard'] }
      const drills = [{ atMs: 200, do: 'add-port' }]
      const load = [fhir, { ...scenario.load[0], generators: 1 }]
      const ended = await hl7bench(place, ['run', writeScenario(place, { ...scenario, load, phases, drills, vary })])
      expect(ended.code, ended.stderr + ended.stdout).toBe(0)
      const rows = rowsOf(place) as (RowData & { drills: DrillResult[] })[]
      expect(rows).toHaveLength(4)
      for (const { audit, drills: done } of rows) {
        expect(audit.terms.once).toBe(91)
        expect(done).toMatchObject([{ do: 'add-port', port: 21_000, error: null }])
        expect(done[0]!.felt.map(({ load: name }) => name)).toEqual(['fhir', 'mllp'])
      }
    },
    120_000,
  )

  asNobody(
    'needs no root',
    async () => {
      const place = newWorkplace()
      const file = writeScenario(place, scenario)
      const args = ['run', file, '--json']
      if (!isRoot) return expect((await hl7bench(place, args)).code).toBe(0)
      for (const name of [place.folder, file]) chownSync(name, NOBODY, NOBODY)
      // Wherever the project lies, the user must be able to read it.
      const inside = (path: string) => `/mnt/${relative(PROJECT, path)}`
      const command =
        'mount --bind "$1" /mnt && shift && exec setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all "$@"'
      const node = process.execPath.startsWith(PROJECT) ? inside(process.execPath) : process.execPath
      const program = [node, inside(`${PROJECT}/bin/hl7bench.js`), ...args]
      const child = spawn(
        'unshare',
        ['--mount', '--propagation', 'private', 'sh', '-c', command, 'sh', PROJECT, ...program],
        { cwd: place.folder, env: { ...place.env, HOME: place.folder }, stdio: ['ignore', 'pipe', 'pipe'] },
      )
      const ended = await ending(child)
      expect(ended.code, ended.stderr).toBe(0)
      expect((rowsOf(place)[0] as RowData & { network: { mechanisms: object } }).network.mechanisms).toMatchObject({
        namespaces: 'user',
      })
      expect(existsSync('/run/netns/hosp')).toBe(false)
    },
    120_000,
  )
})
