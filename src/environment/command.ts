import type { AuthMaterial } from '../model/auth.ts'
import type { RunningReceiver } from '../model/environment.ts'
import type { Endpoint, Load, Protocol, Sut } from '../model/scenario.ts'
import type { TlsClientMaterial } from '../model/tls.ts'
import { entries } from './entries.ts'
import { EnvironmentError } from './error.ts'
import type { Exit, Guarded, GuardedProcess } from './guarded.ts'
import { MARK_VARIABLE, markOf } from './mark.ts'
import { type Output, outputIn, quoteOutput } from './output.ts'
import { type Place, portsAt } from './place.ts'
import { runVariables } from './runVariables.ts'
import { waysOf } from './ways.ts'

export interface CommandStart {
  readonly sut: Sut & { readonly start: string }
  readonly place: Place
  /** Protocols of the load, each once. */
  readonly protocols: readonly Protocol[]
  readonly loads: readonly Load[]
  /** How each load speaks TLS, by its index. */
  readonly tls: readonly (TlsClientMaterial | null)[]
  /** How each load gets access tokens, by its index. */
  readonly auth: readonly (AuthMaterial | null)[]
  readonly runId: string
  /** Our own receivers behind the SUT. */
  readonly downstream: readonly RunningReceiver[]
  /** Folder of the run, absolute. */
  readonly folder: string
  /** Gives a new id below the clone for every process. */
  readonly nextId: () => string
  readonly signal: AbortSignal
}

/** The user's SUT, answering on every protocol of the load. */
export interface StartedCommand {
  readonly id: string
  readonly mllp: Endpoint
  readonly fhir: Endpoint
  /** The SUT ended by itself; what it said. */
  readonly ended: Promise<string>
}

const MOST_ATTEMPTS = 3
const PORT_IN_USE = /EADDRINUSE|address (is )?already in use|port .{0,40}(already|in) use|BindException|AddrInUse/i

/**
 * Starts the user's command on free ports of the system's choice and waits until every protocol of the load answers.
 * The ports are told by `HL7BENCH_MLLP_PORT`, `MLLP_PORT`, `HL7BENCH_FHIR_PORT`, `FHIR_PORT`, by `PORT` where the load
 * has one protocol, and by `{mllpPort}` and `{fhirPort}` in the command line. Where to forward to is told by
 * `HL7BENCH_DOWNSTREAM_MLLP_HOST` and `{downstreamMllpHost}`, `HL7BENCH_DOWNSTREAM_MLLP_PORT` and `{downstreamMllpPort}` (the first receiver), and by name: `.._PORT_LAB`, `{downstreamMllpPort.lab}`. A port may be taken by someone else before
 * the command binds it: then the command is started again on others, at most 3 times.
 */
export async function startCommand(guarded: Guarded, start: CommandStart): Promise<StartedCommand> {
  for (let attempt = 1; ; attempt++) {
    const attempted = await tryStart(guarded, start)
    if (attempted.started !== null) return attempted.started
    if (attempt === MOST_ATTEMPTS || !attempted.isPortTaken) throw attempted.error
  }
}

type Attempt =
  | { readonly started: StartedCommand }
  | { readonly started: null; readonly error: EnvironmentError; readonly isPortTaken: boolean }

async function tryStart(guarded: Guarded, start: CommandStart): Promise<Attempt> {
  const { sut, signal } = start
  const id = start.nextId()
  const ports = await portsAt(start.place)
  const mllp = { host: start.place.address, port: ports.mllp }
  const fhir = { host: start.place.address, port: ports.fhir }
  const output = outputIn(start.folder, 'sut')
  const child = await spawnCommand(guarded, start, { id, mllp, fhir, output })
  const ended = child.exited.then(
    exit => `the SUT (${sut.start}) ended with ${describe(exit)}; ${quoteOutput(output)}`,
    (lost: Error) => lost.message,
  )
  const died = new AbortController()
  void ended.then(() => died.abort())
  const wanted = {
    mllp: start.protocols.includes('mllp') ? mllp : null,
    fhir: start.protocols.includes('fhir') ? { ...fhir, basePath: sut.fhirBasePath } : null,
    ways: waysOf(start.loads, start.tls, start.auth),
  }
  const until = AbortSignal.any([signal, guarded.lost, died.signal])
  let final: EnvironmentError | null = null
  const missing = await start.place.waitReady(wanted, sut.readyTimeoutMs, until).catch((error: Error) => {
    if (error instanceof EnvironmentError) final = error
    return error.message
  })
  if (missing === null && !until.aborted) return { started: { id, mllp, fhir, ended } }
  const hasDied = died.signal.aborted
  await guarded.end(id)
  signal.throwIfAborted()
  guarded.lost.throwIfAborted()
  if (final !== null) throw final
  const message = hasDied
    ? `${await ended}\nmake the command stay in the foreground and listen on {mllpPort} or {fhirPort}`
    : `the SUT (${sut.start}) was not ready within ${sut.readyTimeoutMs} ms (${missing}); ${quoteOutput(output)}\n` +
      'make it listen on {mllpPort} or {fhirPort}, or raise sut.readyTimeoutMs'
  const isPortTaken = hasDied && PORT_IN_USE.test(message)
  return { started: null, error: new EnvironmentError('start', 'target', message), isPortTaken }
}

function spawnCommand(
  guarded: Guarded,
  { sut, place, protocols, folder, runId, downstream }: CommandStart,
  { id, mllp, fhir, output }: { id: string; mllp: Endpoint; fhir: Endpoint; output: Output },
): Promise<GuardedProcess> {
  const values: Readonly<Record<string, string>> = {
    mllpPort: String(mllp.port),
    fhirPort: String(fhir.port),
    runDir: folder,
    hl7bench: `'${process.execPath}' '${entries.command}'`,
    downstreamMllpHost: place.address,
    ...downstreamPorts(downstream, 'downstreamMllpPort', name => `.${name}`),
  }
  const onlyPort = protocols.length === 1 ? { PORT: protocols[0] === 'mllp' ? values.mllpPort! : values.fhirPort! } : {}
  const command = sut.start.replace(
    /\{(mllpPort|fhirPort|runDir|hl7bench|downstreamMllpHost|downstreamMllpPort(?:\.[\w-]+)?)\}/g,
    (placeholder, name: string) => values[name] ?? placeholder,
  )
  return guarded.spawn({
    id,
    resource: 'sut',
    argv: place.enter(['/bin/sh', '-c', command], sut.cwd),
    cwd: sut.cwd,
    env: {
      ...runVariables(sut.env, { runId, folder, mllp, fhir }),
      MLLP_PORT: values.mllpPort!,
      FHIR_PORT: values.fhirPort!,
      ...onlyPort,
      ...(downstream.length > 0 && { HL7BENCH_DOWNSTREAM_MLLP_HOST: place.address }),
      ...downstreamPorts(
        downstream,
        'HL7BENCH_DOWNSTREAM_MLLP_PORT',
        name => `_${name.toUpperCase().replaceAll('-', '_')}`,
      ),
      [MARK_VARIABLE]: markOf(guarded.experimentId, id),
    },
    stdout: output.stdout,
    stderr: output.stderr,
  })
}

/** Ports by `head` alone for the first receiver, and by `head` and name for each. */
function downstreamPorts(
  receivers: readonly RunningReceiver[],
  head: string,
  suffix: (name: string) => string,
): Record<string, string> {
  const named = receivers.map(({ name, endpoint }) => [head + suffix(name), String(endpoint.port)] as const)
  const first = receivers.slice(0, 1).map(({ endpoint }) => [head, String(endpoint.port)] as const)
  return Object.fromEntries([...first, ...named])
}

const describe = ({ code, signal }: Exit) => signal ?? `exit code ${code}`
