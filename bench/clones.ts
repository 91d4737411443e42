import Table from 'cli-table3'
import { benchOnce, type CloneTimes, USERS } from './clones/once.ts'
import { atMost, type Middle, middleOf, type Verdict } from './middle.ts'
import type { Options } from './options.ts'
import type { Processes } from './processes.ts'
import { waitForQuiet } from './quiet.ts'
import { tell } from './tell.ts'

const TOPOLOGIES = ['direct', 'site-to-site'] as const
/** Longest medians, ms: first acknowledged message, and gone after SIGKILL. */
const [ACKNOWLEDGED_BAR, GONE_BAR] = [1_000, 200]

interface Figures {
  readonly topology: string
  readonly user: string
  readonly clones: number
  /** Networks, daemons and tunnels, ms. */
  readonly built: Middle
  /** The same, a receiver started, and a message from the hospital acknowledged, ms. */
  readonly acknowledged: Middle
  /** From SIGKILL of the controller until the last process of the clone is gone, ms. */
  readonly gone: Middle
  /** The same until the guardian has ended too, ms. */
  readonly guardianEnded: Middle
  readonly verdicts: { readonly acknowledged: Verdict; readonly gone: Verdict }
}

/** How long a clone takes until its first acknowledged message, and to be gone once its controller is killed: as root and without, where this machine can. */
export async function benchClones(options: Options, _processes: Processes, folder: string): Promise<object> {
  const kinds = TOPOLOGIES.flatMap(topology => USERS.map(user => ({ topology, user })))
  const times = kinds.map(() => [] as CloneTimes[])
  for (let repetition = 0; repetition < options.repetitions; repetition++) {
    // In turn, so that what else the machine does falls on all of them alike.
    for (const [place, kind] of kinds.entries()) {
      await waitForQuiet()
      times[place]!.push(await benchOnce(kind, folder))
    }
    tell(`${repetition + 1} of ${options.repetitions} clones of each kind`)
  }
  const figures = kinds.map((kind, place) => ({ ...kind, ...figuresOf(times[place]!) }))
  tell(tableOf(figures))
  return {
    bench: options.name,
    unit: 'ms',
    bars: { acknowledged: ACKNOWLEDGED_BAR, gone: GONE_BAR },
    figures,
    times: kinds.map((kind, place) => ({ ...kind, all: times[place] })),
  }
}

function figuresOf(times: readonly CloneTimes[]): Omit<Figures, 'topology' | 'user'> {
  const acknowledged = middleOf(times.map(({ acknowledgedMs }) => acknowledgedMs))
  const gone = middleOf(times.map(({ goneMs }) => goneMs))
  return {
    clones: times.length,
    built: middleOf(times.map(({ builtMs }) => builtMs)),
    acknowledged,
    gone,
    guardianEnded: middleOf(times.map(({ guardianEndedMs }) => guardianEndedMs)),
    verdicts: { acknowledged: atMost(acknowledged, ACKNOWLEDGED_BAR), gone: atMost(gone, GONE_BAR) },
  }
}

function tableOf(figures: readonly Figures[]): string {
  const table = new Table({
    head: [
      'topology',
      'user',
      'clones',
      'built, ms',
      'first acknowledged message, ms',
      'gone after SIGKILL, ms',
      'guardian too, ms',
    ],
    style: { head: [], border: [] },
  })
  for (const { topology, user, clones, built, acknowledged, gone, guardianEnded, verdicts } of figures)
    table.push([
      ...[topology, user, clones, shown(built), `${shown(acknowledged)}, ${verdicts.acknowledged}`],
      ...[`${shown(gone)}, ${verdicts.gone}`, shown(guardianEnded)],
    ])
  return `${table.toString()}\nMedians and their 95 % intervals. Bars: first acknowledged message within ${ACKNOWLEDGED_BAR} ms, gone within ${GONE_BAR} ms.`
}

const shown = ({ median, lower, upper }: Middle) => `${median.toFixed(0)} (${lower.toFixed(0)} to ${upper.toFixed(0)})`
