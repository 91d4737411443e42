import { type Command, Option } from 'commander'
import { EnvironmentError } from '../environment/error.ts'
import { isLoopback } from '../environment/hosts.ts'
import type { Fault } from '../model/fault.ts'
import type { Charset, HllpChecksum, MllpTransport, ServiceTime, TargetBehaviour } from '../model/scenario.ts'
import { type ServeOptions, serve } from '../target/serve.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'
import { faultHelp, parseFault } from './fault.ts'
import { interruptible } from './interrupt.ts'
import { port, positive, whole } from './number.ts'
import { addServeAuthOptions, type ServeAuthFlags, serveAuth } from './serveAuth.ts'
import { faultMisfits, optionMisfits, pathMisfits } from './serveMisfits.ts'
import { addServeRelay } from './serveRelay.ts'
import { addServeTlsOptions, type ServeTlsFlags, serveTls } from './serveTls.ts'

interface ServeFlags extends ServeTlsFlags, ServeAuthFlags {
  readonly host: string
  readonly port: number
  readonly base: string
  readonly population: number
  readonly charset: Charset
  readonly seed: number
  readonly serviceTime: number
  readonly distribution: ServiceTime['distribution']
  readonly cv: number
  readonly fault: readonly Fault[]
  readonly transport: MllpTransport
  readonly path: string
  readonly checksum: HllpChecksum
  readonly arrivals?: string
  readonly allowHost?: boolean
  readonly json?: boolean
}

export function addServe(program: Command, console: () => Console): void {
  const command = program
    .command('serve')
    .description('run a built-in target alone, for use by hand')
    .argument('<protocol>', 'mllp or fhir')
  const serving = addServeAuthOptions(addServeTlsOptions(command))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port; 0 = any free one (default: 2575 for mllp, 8080 for fhir and --transport http)', port)
    .option('--base <path>', 'path of the FHIR base', '/fhir')
    .option('--population <n>', 'patients that the FHIR server holds', whole, 0)
    .addOption(
      new Option('--charset <name>', 'characters of their names')
        .choices(['ascii', '8859/1', 'utf-8'])
        .default('ascii'),
    )
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
    .addOption(
      new Option('--transport <kind>', 'mllp: what carries the messages')
        .choices(['mllp', 'hllp', 'http'])
        .default('mllp'),
    )
    .option('--path <path>', 'http: path that messages are posted to', '/')
    .addOption(
      new Option('--checksum <kind>', 'hllp: how blocks are checked').choices(['xor', 'sum', 'none']).default('xor'),
    )
    .option('--arrivals <file>', 'record of what arrived, for an audit')
    .option('--allow-host', 'allow an address that is not loopback: others can then reach it')
    .option('--json', 'print the address as JSON')
    .addHelpText('after', faultHelp())
    .action(async (protocol: string, flags: ServeFlags) => {
      if (protocol !== 'mllp' && protocol !== 'fhir')
        throw new UsageError(`serve ${protocol}: write serve mllp or serve fhir`)
      const complaints = [
        ...optionMisfits(command, protocol),
        ...faultMisfits(protocol, flags.transport, flags.fault),
        ...pathMisfits(flags),
        ...(isLoopback(flags.host) || flags.allowHost
          ? []
          : [`--host ${flags.host} is not loopback; add --allow-host if others may reach it`]),
      ]
      if (complaints.length > 0) throw new UsageError(complaints.join('\n'))
      const tls = await serveTls(flags.host, flags)
      const auth = serveAuth(flags)
      await serveUntilInterrupted({ ...optionsOf(protocol, flags), tls, ...(auth && { auth }) }, flags, console())
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
    ? {
        protocol,
        port: flags.port ?? (flags.transport === 'http' ? 8080 : 2575),
        transport: flags.transport,
        path: flags.path,
        checksum: flags.checksum,
        ...common,
      }
    : {
        protocol,
        port: flags.port ?? 8080,
        basePath: flags.base.replace(/\/$/, ''),
        population: flags.population,
        charset: flags.charset,
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
    const address = addressOf(options, host, port!)
    out(json ? `${JSON.stringify({ schema: 'hl7bench.serving/1', address })}\n` : `listening on ${address}\n`)
    if (!signal.aborted)
      await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
    await served.close()
  })
}

function addressOf(options: ServeOptions, host: string, port: number): string {
  const s = options.tls ? 's' : ''
  if (options.protocol === 'mllp' && options.transport === 'http')
    return `hl7+http${s}://${host}:${port}${options.path === '/' ? '' : options.path}`
  return options.protocol === 'mllp' ? `mllp${s}://${host}:${port}` : `http${s}://${host}:${port}${options.basePath}`
}
