import { setTimeout as sleep } from 'node:timers/promises'
import { converse } from '../dialogue.ts'
import type { Sender } from '../measurement.ts'
import { type Meters, starvedShareBetween } from '../meters.ts'
import { CORES, type Processes } from '../processes.ts'

export interface NativeProgram {
  readonly name: string
  /** Compiler. */
  readonly version: string
  /** Compiled from `peers/`. */
  readonly program: string
  /** After port and number of connections. */
  readonly args: readonly string[]
}

/** A C program of `peers/` that sends until its input ends, and reads its meters when it is asked. */
export function nativeSender(processes: Processes, { name, version, program, args }: NativeProgram): Sender {
  return {
    name,
    version,
    async send({ port, connections, phases }) {
      const child = processes.start(CORES.sender, program, [String(port), String(connections), ...args])
      const dialogue = converse(name, child)
      const read = async () => {
        dialogue.say({})
        return (await dialogue.hear()) as Meters
      }
      await dialogue.hear()
      await sleep(phases.warmupMs)
      const from = await read()
      await sleep(phases.measureMs)
      const to = await read()
      const ended = dialogue.end()
      const { exchanges } = (await dialogue.hear()) as Meters
      await ended
      return {
        exchanges: to.exchanges - from.exchanges,
        measuredMs: (to.atMicroseconds - from.atMicroseconds) / 1000,
        cpuMs: (to.cpuMicroseconds - from.cpuMicroseconds) / 1000,
        starvedShare: starvedShareBetween(from, to),
        answered: exchanges,
      }
    },
  }
}
