import { type Command, InvalidArgumentError, Option } from 'commander'
import { EnvironmentError } from '../environment/error.ts'
import { isLoopback } from '../environment/hosts.ts'
import type { Fault, ServiceTime, TargetBehaviour } from '../model/scenario.ts'
import { type ServeOptions, serve } from '../target/serve.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'
import { interruptible } from './interrupt.ts'
import { addServeRelay } from './serveRelay.ts'

interface ServeFlags {
  readonly host: string
  readonly port: number
  readonly base: string
  readonly population: number
  readonly seed: number
  readonly serviceTime: number
  readonly distribution: ServiceTime['distribution']
  readonly cv: number
  readonly fault: readonly Fault[]
  readonly arrivals?: string
  readonly allowHost?: boolean
  readonly json?: boolean
}

const FAULTS = `
Faults, each n-th request, counted over all connections (--fault kind:n[:value], may be repeated):
  delay:n:ms       answers ms later
  stall:n:ms       answers nothing for ms, then goes on
  reject:n[:code]  refuses without storing: AE (default), AR, CE or CR; FHIR: an HTTP status, 503 by default
  disconnect:n     closes the connection without storing or answering
  drop:n           neither stores nor answers
  lose:n           answers well without storing
  lose-ack:n       stores and does not answer
  duplicate:n      stores twice
  corrupt:n        stores an altered body

Only for use by hand and in tests: what arrives is kept in memory or counted, and never leaves this machine.
`

export function addServe(program: Command, console: () => Console): void {
  const serving = program
    .command('serve')
    .description('run a built-in target alone, for use by hand')
    .argument('<protocol>', 'mllp or fhir')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port; 0 = any free one (default: 2575 for mllp, 8080 for fhir)', whole)
    .option('--base <path>', 'path of the FHIR base', '/fhir')
    .option('--population <n>', 'patients that the FHIR server holds', whole, 0)
    .option('--seed <n>', 'seed of the population and of service times', whole, 1)
    .option('--service-time <ms>', 'mean time to an answer', positive, 0)
    .addOption(
      new Option('--distribution <kind>', 'of the service time')
        .choices(['constant', 'exponential', 'lognormal'])
        .default('lognormal'),
    )
    .option('--cv <ratio>', 'coefficient of variation of the log-normal service time', positive, 0.25)
    .option(
      '--fault <kind:n[:value]>',
      'misbehave, see below (may be repeated)',
      (value: string, former: Fault[]) => [...former, parseFault(value)],
      [],
    )
    .option('--arrivals <file>', 'record of what arrived, for an audit')
    .option('--allow-host', 'allow an address that is not loopback: others can then reach it')
    .option('--json', 'print the address as JSON')
    .addHelpText('after', FAULTS)
    .action(async (protocol: string, flags: ServeFlags) => {
      if (protocol !== 'mllp' && protocol !== 'fhir')
        throw new UsageError(`serve ${protocol}: write serve mllp or serve fhir`)
      if (!isLoopback(flags.host) && !flags.allowHost)
        throw new UsageError(`--host ${flags.host} is not loopback; add --allow-host if others may reach it`)
      await serveUntilInterrupted(optionsOf(protocol, flags), flags, console())
    })
  addServeRelay(serving, console)
}

function optionsOf(protocol: 'mllp' | 'fhir', flags: ServeFlags): ServeOptions {
  const behaviour: TargetBehaviour = {
    serviceTime: { distribution: flags.distribution, meanMs: flags.serviceTime, cv: flags.cv },
    faults: flags.fault,
  }
  const common = { host: flags.host, behaviour, seed: flags.seed, arrivalsFile: flags.arrivals ?? null }
  return protocol === 'mllp'
    ? { protocol, port: flags.port ?? 2575, ...common }
    : {
        protocol,
        port: flags.port ?? 8080,
        basePath: flags.base.replace(/\/$/, ''),
        population: flags.population,
        ...common,
      }
}

async function serveUntilInterrupted(
  options: ServeOptions,
  { host, json }: ServeFlags,
  { out }: Console,
): Promise<void> {
  await interruptible(async signal => {
    const served = await serve([options]).catch((error: Error) => {
      throw new EnvironmentError('start', 'environment', `serve ${options.protocol}: ${error.message}`, error)
    })
    const port = served.ports[options.protocol]
    const address = options.protocol === 'mllp' ? `mllp://${host}:${port}` : `http://${host}:${port}${options.basePath}`
    out(json ? `${JSON.stringify({ schema: 'hl7bench.serving/1', address })}\n` : `listening on ${address}\n`)
    if (!signal.aborted)
      await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
    await served.close()
  })
}

function parseFault(text: string): Fault {
  const [kind, every, value] = text.split(':')
  const n = whole(every ?? '')
  if (n < 1) throw new InvalidArgumentError('n must be at least 1.')
  switch (kind) {
    case 'delay':
    case 'stall':
      return { kind, every: n, ms: positive(value ?? '') }
    case 'reject': {
      const isCode = value === undefined || ['AE', 'AR', 'CE', 'CR'].includes(value)
      return { kind, every: n, code: (isCode ? (value ?? 'AE') : 'AE') as 'AE', status: isCode ? 503 : whole(value) }
    }
    case 'disconnect':
    case 'drop':
    case 'lose':
    case 'lose-ack':
    case 'duplicate':
    case 'corrupt':
      return { kind, every: n }
    default:
      throw new InvalidArgumentError('see the list of faults in serve --help.')
  }
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('write a whole number.')
  return Number(text)
}

function positive(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('write a number of at least 0.')
  return Number(text)
}
