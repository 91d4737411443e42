/** How a message ended on its link: answered well, answered with a rejection, or without an answer when the link was dialled again. */
export type Ending = 'accepted' | 'rejected' | 'unanswered'

const ENDINGS: readonly Ending[] = ['accepted', 'rejected', 'unanswered']
const [ACCEPTED, REJECTED, UNANSWERED] = [0, 1, 2]
const NOBODY = -1
const WINDOWS = 64
const LEAST_MESSAGES = 256

/**
 * The messages that ended last on a link, across its connections: 64 windows of them, at least 256. An answer that comes late or again is
 * told by them from one that was never asked for here.
 */
export class Past {
  readonly #indices: Float64Array
  readonly #endings: Uint8Array
  #next = 0

  constructor(window: number) {
    const messages = Math.max(LEAST_MESSAGES, WINDOWS * window)
    this.#indices = new Float64Array(messages).fill(NOBODY)
    this.#endings = new Uint8Array(messages)
  }

  answered(index: number, isAccepted: boolean): void {
    this.#add(index, isAccepted ? ACCEPTED : REJECTED)
  }

  unanswered(index: number): void {
    this.#add(index, UNANSWERED)
  }

  /** How message `index` ended here, by its last send; null = it did not, or too long ago. */
  endingOf(index: number): Ending | null {
    const indices = this.#indices
    const newer = this.#next === 0 ? -1 : indices.lastIndexOf(index, this.#next - 1)
    const at = newer === -1 ? indices.lastIndexOf(index) : newer
    return at === -1 ? null : ENDINGS[this.#endings[at]!]!
  }

  #add(index: number, ending: number): void {
    const at = this.#next
    this.#indices[at] = index
    this.#endings[at] = ending
    this.#next = at + 1 === this.#indices.length ? 0 : at + 1
  }
}
