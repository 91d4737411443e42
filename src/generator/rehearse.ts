import type { MessageStream } from '../model/stream.ts'
import { createBytes } from '../workload/bytes.ts'

const MESSAGES = 4096
const LONGEST_MS = 150

/**
 * Makes the first messages of a stream for nobody, 4096 of them or as many as 150 ms allow. What a stream makes once and keeps, and what
 * the runtime compiles, is then there before load begins: the first messages of a run are not later than its others by our own doing.
 * For streams without effects, whose message is a function of its index alone.
 */
export function rehearse(stream: MessageStream): void {
  const out = createBytes()
  const untilMs = performance.now() + LONGEST_MS
  for (let index = 0; index < MESSAGES && performance.now() < untilMs; index++) {
    out.length = 0
    stream.render(index, out)
  }
}
