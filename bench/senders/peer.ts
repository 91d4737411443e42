import { join } from 'node:path'
import { converse } from '../dialogue.ts'
import type { Measurement, Sender } from '../measurement.ts'
import { CORES, type Processes } from '../processes.ts'

export interface Peer {
  readonly name: string
  readonly version: string
  /** Of the node that runs it; absent = none, as its users run it. */
  readonly flags?: readonly string[]
}

/**
 * A client of another project, or of the runtime, under a small driver of `peers/`, in a process like ours: it is told its task as one line and prints its
 * measurement as one line.
 * @param content what the driver sends, as its script expects it
 */
export function peerSender(processes: Processes, peer: Peer, script: string, content: object): Sender {
  const { name, version, flags = [] } = peer
  return {
    name,
    version,
    async send({ port, connections, phases }) {
      const file = join(import.meta.dirname, '../peers', script)
      const dialogue = converse(name, processes.start(CORES.sender, process.execPath, [...flags, file]))
      try {
        dialogue.say({ port, connections, phases, content })
        return (await dialogue.hear()) as Measurement
      } finally {
        await dialogue.end()
      }
    },
  }
}
