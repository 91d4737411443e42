import type { Certificate } from './certificate.ts'
import { converse } from './dialogue.ts'
import type { Meters } from './meters.ts'
import { CORES, type Processes } from './processes.ts'

export interface Receiver {
  readonly port: number
  read(): Promise<Meters>
  /** Ends it and tells what it counted itself. */
  stop(): Promise<Meters>
}

/** A receiver compiled from `peers/`, under TLS 1.3 when there is a certificate. */
export interface ReceiverProgram {
  readonly program: string
  readonly certificate: Certificate | null
}

export async function startReceiver(
  processes: Processes,
  { program, certificate }: ReceiverProgram,
): Promise<Receiver> {
  const args = certificate === null ? [] : [certificate.certificateFile, certificate.keyFile]
  const dialogue = converse('the receiver', processes.start(CORES.receiver, program, args))
  const { port } = (await dialogue.hear()) as { port: number }
  return {
    port,
    async read() {
      dialogue.say({})
      return (await dialogue.hear()) as Meters
    },
    async stop() {
      const ended = dialogue.end()
      const meters = (await dialogue.hear()) as Meters
      await ended
      return meters
    },
  }
}
