import type { HllpChecksum, MllpTransport } from '../model/scenario.ts'
import type { Framing } from './framing.ts'
import { hllpFraming } from './hllp/framing.ts'
import { mllpFraming } from './mllp/framing.ts'

/** The framing of a transport that is a stream of messages. */
export function framingOf(transport: Exclude<MllpTransport, 'http'>, checksum: HllpChecksum): Framing {
  return transport === 'hllp' ? hllpFraming(checksum) : mllpFraming
}
