import { parseArgs } from 'node:util'
import { FEWEST_REPETITIONS } from './middle.ts'

export interface Options {
  readonly name: string
  readonly repetitions: number
  /** Length of one measured phase. */
  readonly seconds: number
  readonly seed: number
  /** Peers to measure, by name; null = all of the bench. */
  readonly against: readonly string[] | null
  /** Of the bench of memory. */
  readonly exchanges: number
  /** Of the bench of hostile input: chunks for each decoder, and its first stream. */
  readonly chunks: number
  readonly from: number
}

/** A bench that can be asked for, and the peers that it can be set against. */
export interface Choice {
  readonly name: string
  readonly peers: readonly string[]
  /** What `--repetitions` is when it is not given. */
  readonly repetitions: number
  /** What `--seconds` is when it is not given. */
  readonly seconds: number
}

export const DEFAULT_SECONDS = 2

export const usageOf = (choices: readonly Choice[]): string =>
  `usage: npm run bench -- <${choices.map(({ name }) => name).join('|')}> [--repetitions <n>] [--seconds <n>] [--seed 1] [--against <peer>]... [--exchanges 10000000] [--chunks 10000000] [--from 0]`

/** @throws Error with everything that is wrong with the arguments. */
export function readOptions(args: readonly string[], choices: readonly Choice[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      repetitions: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      against: { type: 'string', multiple: true },
      exchanges: { type: 'string', default: '10000000' },
      chunks: { type: 'string', default: '10000000' },
      from: { type: 'string', default: '0' },
    },
  })
  const name = positionals[0] ?? ''
  const against = values.against ?? null
  const choice = choices.find(each => each.name === name)
  const repetitions = Number(values.repetitions ?? choice?.repetitions ?? FEWEST_REPETITIONS)
  const [seconds, seed] = [Number(values.seconds ?? choice?.seconds ?? DEFAULT_SECONDS), Number(values.seed)]
  const peers = choice?.peers ?? []
  const exchanges = Number(values.exchanges)
  const [chunks, from] = [Number(values.chunks), Number(values.from)]
  const complaints = [
    ...(positionals.length === 1 && choice !== undefined
      ? []
      : [`expected the name of one bench, found ${JSON.stringify(positionals.join(' '))}`]),
    ...(Number.isInteger(repetitions) && repetitions >= FEWEST_REPETITIONS
      ? []
      : [`--repetitions: expected a whole number of at least ${FEWEST_REPETITIONS}, found ${values.repetitions}`]),
    ...(seconds >= 0.1 && seconds <= 600 ? [] : [`--seconds: expected 0.1 to 600, found ${values.seconds}`]),
    ...(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32
      ? []
      : [`--seed: expected a whole number from 0 to 4294967295, found ${values.seed}`]),
    ...(Number.isInteger(exchanges) && exchanges >= 1000
      ? []
      : [`--exchanges: expected a whole number of at least 1000, found ${values.exchanges}`]),
    ...(Number.isInteger(chunks) && chunks >= 1000
      ? []
      : [`--chunks: expected a whole number of at least 1000, found ${values.chunks}`]),
    ...(Number.isInteger(from) && from >= 0 ? [] : [`--from: expected a whole number, found ${values.from}`]),
    ...(against ?? []).flatMap(peer =>
      peers.includes(peer) ? [] : [`--against: expected one of ${peers.join(' | ')}, found ${JSON.stringify(peer)}`],
    ),
  ]
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
  return { name, repetitions, seconds, seed, against, exchanges, chunks, from }
}
