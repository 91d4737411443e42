import Table from 'cli-table3'
import type { Middle } from './middle.ts'
import type { Summary } from './summary.ts'

/** The figures for a reader. */
export function tableOf({ senders, ratios, level, basis, repetitionsDone, repetitionsUndisturbed }: Summary): string {
  const figures = new Table({
    head: ['sender', 'exchanges/s', `${level * 100} % interval`, 'CPU us/exchange', 'receiver busy', 'starved at most'],
    style: { head: [], border: [] },
  })
  for (const sender of senders) {
    figures.push([
      `${sender.name} ${sender.version}`,
      whole(sender.exchangesPerSecond.median),
      interval(sender.exchangesPerSecond, whole),
      sender.cpuMicrosecondsPerExchange.median.toFixed(1),
      percent(sender.receiverShare.median),
      sender.starvedShareMax === null ? 'not told' : percent(sender.starvedShareMax),
    ])
  }
  const statements = ratios.map(
    ({ peer, exchangesPerSecond, cpuMicrosecondsPerExchange, bar, verdict }) =>
      `${times(exchangesPerSecond)} the exchanges/s of ${peer} for ${times(cpuMicrosecondsPerExchange)} its CPU each${bar === null ? '' : `; bar ${bar} x: ${verdict}`}`,
  )
  const source = `${basis === 'all' ? 'All' : 'Undisturbed'} repetitions; ${repetitionsUndisturbed} of ${repetitionsDone} were undisturbed.`
  return [figures.toString(), ...statements, source].join('\n')
}

const whole = (value: number) => Math.round(value).toLocaleString('en')
const percent = (share: number) => `${(share * 100).toFixed(1)} %`
const interval = ({ lower, upper }: Middle, format: (value: number) => string) => `${format(lower)} to ${format(upper)}`
const times = (ratio: Middle) => `${ratio.median.toPrecision(3)} x (${interval(ratio, value => value.toPrecision(3))})`
