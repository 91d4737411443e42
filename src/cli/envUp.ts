import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type Command, InvalidArgumentError } from 'commander'
import { EnvironmentError } from '../environment/error.ts'
import { listEnvironments } from '../environment/list.ts'
import { addressesOf } from '../environment/netns/keep/inventory.ts'
import { isCloneId, type Kept } from '../environment/netns/keep/kept.ts'
import { startKeeper } from '../environment/netns/keep/startKeeper.ts'
import { survey } from '../environment/netns/mechanism.ts'
import { preflightNetns } from '../environment/netns/preflight.ts'
import { topologyOf } from '../environment/netns/topologyOf.ts'
import { prepareState } from '../environment/state.ts'
import { sweepDead } from '../environment/sweep.ts'
import { EXIT } from '../experiment/exit.ts'
import { PreflightError } from '../experiment/session.ts'
import type { Case } from '../model/experiment.ts'
import { type NetnsEnvironment, TOPOLOGIES, type TopologyName } from '../model/netns.ts'
import { bareScenario } from '../scenario/bare.ts'
import { closest } from '../scenario/closest.ts'
import { durationMs, LONGEST_MS } from '../scenario/duration.ts'
import { collect } from './collect.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'
import { interruptible } from './interrupt.ts'
import { loadTarget } from './loadTarget.ts'

interface UpFlags {
  readonly id?: string
  readonly case?: string
  readonly set?: readonly string[]
  readonly expires: number
  readonly checks?: boolean
  readonly json?: boolean
}

const TWO_HOURS_MS = 7_200_000
const LEAST_MS = 1_000

export function addEnvUp(env: Command, console: () => Console, exit: (code: number) => void): void {
  env
    .command('up')
    .description('keep a clone of a network for use by hand, until it is told to go or expires')
    .argument('<scenario or topology>', `a scenario of the netns environment, or ${TOPOLOGIES.join(', ')}`)
    .option('--id <name>', 'name of the clone (default: the topology and something random)', parseId)
    .option('--case <id>', 'of a scenario whose cases have environments of their own')
    .option('--set <path=value>', 'change a setting, such as environment.hospitals=50 (may be repeated)', collect)
    .option('--expires <time>', 'the clone removes itself after this (default: 2h)', parseExpiry, TWO_HOURS_MS)
    .option('--checks', 'prove it: reachability, isolation, encryption, NAT, sizes, parameters; 100 where one fails')
    .option('--json', 'print it as JSON')
    .action(async (target: string, flags: UpFlags) => exit(await bringUp(target, flags, console())))
}

async function bringUp(target: string, flags: UpFlags, { out }: Console): Promise<number> {
  return await interruptible(async signal => {
    const { scenario } = await caseOf(target, flags)
    const problems = await preflightNetns(scenario)
    if (problems.length > 0) throw new PreflightError(problems)
    prepareState()
    await sweepDead()
    if (listEnvironments().some(({ experiment }) => experiment === flags.id))
      throw new UsageError(`${flags.id} exists; remove it with npx hl7bench env down ${flags.id}, or take another --id`)
    const environment = scenario.environment as NetnsEnvironment
    const request = {
      id: flags.id ?? `${environment.topology}-${randomBytes(3).toString('hex')}`,
      topology: topologyOf(environment, scenario.load),
      mechanisms: (await survey()).mechanisms,
      gatewayCpus: environment.cpus.gateways,
      ttlMs: flags.expires,
      checkSeed: flags.checks ? scenario.seed : null,
    }
    try {
      const kept = await startKeeper(request, signal)
      out(flags.json ? `${JSON.stringify(kept, null, 2)}\n` : describe(kept))
      refuseUnproven(kept)
      return EXIT.ok
    } catch (error) {
      if (signal.aborted) return EXIT.interrupted
      throw error
    }
  })
}

/** Throws EnvironmentError where a check failed. */
function refuseUnproven({ id, checks }: Kept): void {
  const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name)
  if (failed.length === 0) return
  throw new EnvironmentError(
    'provision',
    'environment',
    `${id} is not what it claims to be: ${failed.length} of ${counted(checks.length, 'check')} failed (${failed.join(', ')}); it stays for a look, and npx hl7bench env down ${id} removes it`,
  )
}

async function caseOf(target: string, flags: UpFlags): Promise<Case> {
  if (isTopology(target)) return caseOfTopology(target, flags)
  if (/^[a-z-]+$/i.test(target) && !existsSync(target)) throw new UsageError(notThere(target))
  const { cases } = await loadTarget([target], { set: flags.set ?? [], slo: true })
  const wanted = flags.case === undefined ? cases : cases.filter(({ id }) => id === flags.case)
  const kinds = new Set(wanted.map(({ scenario }) => JSON.stringify(scenario.environment)))
  const [first] = wanted
  if (first === undefined || kinds.size > 1)
    throw new UsageError(
      `${first === undefined ? `there is no case ${flags.case}; ` : ''}name one case with --case: ${cases.map(({ id }) => id).join(', ')}`,
    )
  if (first.scenario.environment.kind !== 'netns')
    throw new UsageError(
      `${target} runs in the ${first.scenario.environment.kind} environment; only clones of networks (environment.kind netns) are kept for use by hand`,
    )
  return first
}

function caseOfTopology(topology: TopologyName, flags: UpFlags): Case {
  if (flags.case !== undefined) throw new UsageError(`${topology} is a topology, which has no cases; leave out --case`)
  return bareScenario(topology, { sets: flags.set ?? [], env: process.env }).cases[0]!
}

function notThere(target: string): string {
  const near = closest(target, TOPOLOGIES)
  return `${target} is neither a topology nor a file; ${near === null ? `name one of ${TOPOLOGIES.join(', ')}, or a scenario file` : `did you mean ${near}?`}`
}

const isTopology = (target: string): target is TopologyName => (TOPOLOGIES as readonly string[]).includes(target)

const MOST_HOSTS = 20

function describe({ id, topology, facts, checks, upMs, expires }: Kept): string {
  const { hosts, application, applicationAddress, hospitals, links, internet } = topology
  const { host: from, ports } = hospitals[0]!
  const shown = hosts.slice(0, MOST_HOSTS)
  const width = Math.max(...shown.map(({ name }) => name.length))
  const made = Object.entries(facts.mechanisms).map(([what, how]) => `${what}: ${how}`)
  const link = links.find(({ ends }) => ends.some(({ host }) => host === internet))!
  return `${id} is up after ${(upMs / 1_000).toFixed(2)} s: ${facts.topology}, ${counted(facts.hospitals, 'hospital')}, ${counted(facts.tunnels, 'tunnel')} (${made.join(', ')})
${shown.map(host => `  ${host.name.padEnd(width)}  ${host.role.padEnd(8)}  ${addressesOf(topology, host).slice(0, 3).join(' ')}\n`).join('')}${
  hosts.length > MOST_HOSTS ? `  and ${hosts.length - MOST_HOSTS} more: npx hl7bench env inventory ${id}\n` : ''
}${checks.map(({ name, passed, evidence }) => `check ${name} ${passed ? 'passed' : 'FAILED'}: ${evidence}\n`).join('')}
${from} reaches the application (${application}) at ${applicationAddress}, ${ports.length === 0 ? 'every port' : `TCP port ${ports.join(', ')}`}
  a receiver     npx hl7bench env exec ${id} ${application} -- npx hl7bench serve mllp --host ${applicationAddress} --allow-host
  load for it    npx hl7bench env exec ${id} ${from} -- npx hl7bench run mllp://${applicationAddress}:2575 --allow-host ${applicationAddress}
  a shell        npx hl7bench env exec ${id} ${from} -- sh
  what is sent   npx hl7bench env capture ${id} ${link.name} traffic.pcap
  its end        npx hl7bench env down ${id}   (by itself at ${expires})
`
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

function parseId(text: string): string {
  if (!isCloneId(text)) throw new InvalidArgumentError('write up to 40 of a-z, 0-9 and -, a letter first.')
  return text
}

function parseExpiry(text: string): number {
  const ms = durationMs(text)
  if (ms === null || ms < LEAST_MS || ms > LONGEST_MS)
    throw new InvalidArgumentError('write a time from 1s to 576h, such as 30m.')
  return ms
}
