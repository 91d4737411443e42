import { type Command, InvalidArgumentError, Option } from 'commander'
import { EnvironmentError } from '../environment/error.ts'
import { isLoopback } from '../environment/hosts.ts'
import { parseMllpEndpoint } from '../scenario/endpoint.ts'
import { startRelay } from '../target/relay.ts'
import { RELAY_FAULTS, type RelayFault, type RelayRoute } from '../target/relayOptions.ts'
import { TYPE_PATTERN } from '../workload/hl7/typePattern.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'
import { interruptible } from './interrupt.ts'
import { optionMisfits } from './serveMisfits.ts'

type FaultFlags = { readonly [Kind in RelayFault['kind']]?: number }

interface RelayFlags extends FaultFlags {
  readonly host: string
  readonly port?: number
  readonly to: readonly RelayRoute[]
  readonly connections: number
  readonly timeout: number
  readonly ack: 'before' | 'after'
  readonly keepId?: boolean
  readonly delay: number
  readonly allowHost?: boolean
  readonly json?: boolean
}

const HELP = `
A small interface engine to practise on: forwards every message to each --to that takes its type, and replaces MSH-10 by a
control id of its own. Name a route as its address and, after commas, the message types that go there:
  --to 'mllp://127.0.0.1:2576' --to 'mllp://127.0.0.1:2577,ORU^*,ADT^A0*'

--host, --port (2575), --json and --allow-host are those of serve; the rest of its options the relay does not have.
`

export function addServeRelay(serve: Command, console: () => Console): void {
  serve
    .command('relay')
    .description('run a small interface engine that forwards HL7 v2')
    .requiredOption(
      '--to <mllp://host:port[,type...]>',
      'where to forward to, and which types (may be repeated)',
      (value: string, former: RelayRoute[] = []) => [...former, parseRoute(value)],
    )
    .option('--connections <n>', 'connections to each route, one message in flight on each', atLeastOne, 8)
    .option(
      '--timeout <ms>',
      "longest wait for a route's answer before it is sent the message again",
      atLeastOne,
      10_000,
    )
    .addOption(
      new Option('--ack <when>', "answers the sender before or after every route's own acknowledgement")
        .choices(['before', 'after'])
        .default('after'),
    )
    .option('--keep-id', 'forward with the MSH-10 of the sender')
    .option('--delay <ms>', 'time that each message waits in the relay', count, 0)
    .option('--drop <n>', 'acknowledges each n-th message and does not forward it', atLeastOne)
    .option('--duplicate <n>', 'forwards each n-th message twice', atLeastOne)
    .option('--corrupt <n>', 'forwards each n-th message with an altered body', atLeastOne)
    .option('--misroute <n>', 'forwards each n-th message to every route, whatever its types', atLeastOne)
    .addHelpText('after', HELP)
    // Options that both have are parsed by `serve`, wherever they stand.
    .action(async (_flags: object, command: Command) => {
      const flags = command.optsWithGlobals<RelayFlags>()
      const foreign = [flags.host, ...flags.to.map(({ host }) => host)].find(host => !isLoopback(host))
      const complaints = [
        ...optionMisfits(serve, 'relay'),
        ...(foreign === undefined || flags.allowHost
          ? []
          : [`${foreign} is not loopback; add --allow-host if the relay may reach it or be reached`]),
      ]
      if (complaints.length > 0) throw new UsageError(complaints.join('\n'))
      await relayUntilInterrupted(flags, console())
    })
}

async function relayUntilInterrupted(flags: RelayFlags, { out }: Console): Promise<void> {
  await interruptible(async signal => {
    const started = await startRelay({
      host: flags.host,
      port: flags.port ?? 2575,
      routes: flags.to,
      connections: flags.connections,
      timeoutMs: flags.timeout,
      acknowledges: flags.ack,
      rewritesId: !flags.keepId,
      delayMs: flags.delay,
      faults: RELAY_FAULTS.flatMap(kind => (flags[kind] === undefined ? [] : [{ kind, every: flags[kind] }])),
    }).catch((error: Error) => {
      throw new EnvironmentError('start', 'environment', `serve relay: ${error.message}`, error)
    })
    const address = `mllp://${flags.host}:${started.port}`
    out(flags.json ? `${JSON.stringify({ schema: 'hl7bench.serving/1', address })}\n` : `listening on ${address}\n`)
    if (!signal.aborted)
      await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
    await started.close()
  })
}

function parseRoute(text: string): RelayRoute {
  const [address = '', ...types] = text.split(',')
  const parsed = parseMllpEndpoint(address)
  if (!('endpoint' in parsed) || !/^mllp:/i.test(address))
    throw new InvalidArgumentError(
      'write mllp://host:port before the first comma; the relay forwards by plain MLLP, without TLS.',
    )
  const wrong = types.find(type => !TYPE_PATTERN.test(type))
  if (wrong !== undefined) throw new InvalidArgumentError(`${wrong} is no message type: write ORU^R01, ADT^A0* or *.`)
  return { ...parsed.endpoint, types: types.length === 0 ? ['*'] : types }
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('write a whole number.')
  return Number(text)
}

function atLeastOne(text: string): number {
  const value = count(text)
  if (value < 1) throw new InvalidArgumentError('write at least 1.')
  return value
}
