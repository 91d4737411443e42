import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TokenServerMaterial } from '../model/auth.ts'
import type { DownstreamReceiver, FieldPath } from '../model/downstream.ts'
import type { ClockReading } from '../model/environment.ts'
import type { Endpoint, Protocol, Scenario } from '../model/scenario.ts'
import type { TlsServerMaterial } from '../model/tls.ts'
import { EnvironmentError } from './error.ts'
import type { Guarded } from './guarded.ts'
import { lastLines } from './output.ts'
import type { Place } from './place.ts'

export interface BuiltinStart {
  readonly id: string
  readonly protocol: Protocol
  /** Null for the built-in target itself; else it is a receiver of ours behind a SUT that forwards. */
  readonly behind: { readonly receiver: DownstreamReceiver; readonly identityAt: FieldPath } | null
  /** Host of a hospital whose receiver it is; absent: it is no hospital's. */
  readonly hospital?: string
  /** Default null = it does not speak TLS. */
  readonly tls?: TlsServerMaterial | null
  /** Of the FHIR server; default null = it demands no token. */
  readonly auth?: TokenServerMaterial | null
  readonly scenario: Scenario
  readonly place: Place
  readonly seed: number
  /** Folder of the run, absolute. */
  readonly folder: string
  /** Program of the built-in targets. */
  readonly entry: string
  readonly signal: AbortSignal
}

/** A built-in target that listens, in a process of its own. */
export interface StartedBuiltin {
  readonly pid: number
  readonly endpoint: Endpoint
  readonly clock: ClockReading
  /** Record of arrivals; whole after `stop`. */
  readonly arrivalsFile: string
  /** The target ended by itself; what it said. */
  readonly ended: Promise<string>
  /** Lets it flush its record and end. Throws when it had to be ended by force: the record may not be whole. */
  stop(): Promise<void>
}

const FLUSH_MS = 10_000

/** Starts a built-in target of one protocol. Throws EnvironmentError when it does not come to listen. */
export async function startBuiltin(guarded: Guarded, start: BuiltinStart): Promise<StartedBuiltin> {
  const { id, folder } = start
  const label = labelOf(start)
  const arrivalsFile = join(folder, `arrivals-${label}.bin`)
  const log = join(folder, `target-${label}.log`)
  const { pid, exited, input, output } = await spawnTarget(guarded, start, log)
  input.write(`${JSON.stringify({ targets: [optionsOf(start, arrivalsFile)] })}\n`)
  const name = nameOf(start)
  const ended = exited.then(
    ({ code, signal }) => `${name} ended with ${signal ?? `exit code ${code}`}${quote(lastLines(log, 0, 10))}`,
  )
  try {
    const { port, clock } = await listening(output, ended, start)
    return { pid, endpoint: { host: start.place.address, port }, clock, arrivalsFile, ended, stop }
  } catch (error) {
    await guarded.end(id)
    start.signal.throwIfAborted()
    throw error
  }

  async function stop(): Promise<void> {
    input.end()
    const timer = new AbortController()
    const isEnded = await Promise.race([
      exited.then(() => true),
      sleep(FLUSH_MS, false, { signal: timer.signal }).catch(() => false),
    ])
    timer.abort()
    await guarded.end(id)
    if (isEnded) return
    throw new EnvironmentError(
      'drain',
      'harness',
      `${name} did not end within ${FLUSH_MS} ms of being asked to, so its record of arrivals may not be whole; ` +
        'see whether the disk of the results is full or very slow, and run again',
    )
  }
}

function labelOf({ protocol, behind, hospital }: BuiltinStart): string {
  if (behind !== null) return `downstream-${behind.receiver.name}`
  return hospital === undefined ? protocol : `hospital-${hospital}`
}

function nameOf({ protocol, behind, hospital }: BuiltinStart): string {
  if (behind !== null) return `the downstream receiver ${behind.receiver.name}`
  return hospital === undefined
    ? `the built-in ${protocol.toUpperCase()} target`
    : `the receiver on the hospital's host ${hospital}`
}

function optionsOf(
  { protocol, behind, tls = null, auth = null, scenario, place, seed }: BuiltinStart,
  arrivalsFile: string,
) {
  const host = place.address
  if (behind !== null) {
    const { receiver, identityAt } = behind
    return { protocol, host, port: receiver.port, behaviour: receiver.behaviour, seed, arrivalsFile, identityAt }
  }
  const port = place.ports?.[protocol] ?? 0
  const common = { protocol, host, port, behaviour: scenario.sut.builtin[protocol], seed, tls, arrivalsFile }
  if (protocol === 'mllp') {
    // All loads of the built-in receiver agree on these (room `scenario`).
    const load = scenario.load.find(each => each.protocol === 'mllp')
    return { ...common, ...(load && { transport: load.transport, path: load.path, checksum: load.checksum }) }
  }
  const populating = scenario.load.flatMap(load =>
    load.protocol === 'fhir' && load.populate === 'before' ? [load] : [],
  )
  const population = Math.max(0, ...populating.map(load => load.population))
  // All loads of one population agree on its names (room `scenario`).
  return {
    ...common,
    auth,
    basePath: scenario.sut.fhirBasePath,
    population,
    charset: populating[0]?.charset ?? 'ascii',
  }
}

async function spawnTarget(guarded: Guarded, { id, entry, folder, place }: BuiltinStart, log: string) {
  const errors = openSync(log, 'w')
  try {
    const { pid, exited, child } = await guarded.adopt(id, 'target', mark => {
      const env = { ...process.env, ...mark }
      const [program, ...args] = place.enter([process.execPath, entry], folder)
      return spawn(program, args, { cwd: folder, env, detached: true, stdio: ['pipe', 'pipe', errors] })
    })
    const { stdin: input, stdout: output } = child as ChildProcessByStdio<Writable, Readable, null>
    // Its end is told by `exited`; a write that comes too late is no news.
    input.on('error', () => {})
    return { pid, exited, input, output }
  } finally {
    closeSync(errors)
  }
}

type TargetLine =
  | {
      readonly type: 'listening'
      readonly ports: Readonly<Record<Protocol, number | null>>
      readonly clock: ClockReading
    }
  | { readonly type: 'error'; readonly message: string }

async function listening(
  output: NodeJS.ReadableStream,
  ended: Promise<string>,
  start: BuiltinStart,
): Promise<{ readonly port: number; readonly clock: ClockReading }> {
  const { scenario, signal, protocol } = start
  const { readyTimeoutMs } = scenario.sut
  const first = new Promise<TargetLine>(resolve =>
    createInterface({ input: output }).once('line', line => resolve(parseLine(line))),
  )
  const until = AbortSignal.any([signal, AbortSignal.timeout(readyTimeoutMs)])
  const aborted = new Promise<TargetLine>(resolve => {
    const onAbort = () => resolve({ type: 'error', message: `it said nothing for ${readyTimeoutMs} ms` })
    if (until.aborted) onAbort()
    else until.addEventListener('abort', onAbort, { once: true })
  })
  const died = ended.then((message): TargetLine => ({ type: 'error', message }))
  const line = await Promise.race([first, aborted, died])
  const port = line.type === 'listening' ? line.ports[protocol] : null
  if (line.type === 'listening' && port !== null) return { port, clock: line.clock }
  throw new EnvironmentError(
    'start',
    'environment',
    `${nameOf(start)} does not listen: ${line.type === 'error' ? line.message : 'it named no port'}; ` +
      'see the target log in the folder of the run',
  )
}

function parseLine(line: string): TargetLine {
  try {
    return JSON.parse(line) as TargetLine
  } catch {
    return { type: 'error', message: `it printed: ${line}` }
  }
}

const quote = (lines: readonly string[]) =>
  lines.length === 0 ? '' : `:\n${lines.map(line => `  | ${line}`).join('\n')}`
