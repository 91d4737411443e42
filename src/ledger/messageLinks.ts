import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** Connections of a load are at most 60,000. */
const NONE = 0xffff

/** By which of a generator's links each message went, by its position in the generator's share. Two bytes for each message. */
export class MessageLinks {
  #links = new Uint16Array(1024).fill(NONE)
  #count = 0

  set(position: number, link: number): void {
    if (position >= this.#links.length) {
      const larger = new Uint16Array(Math.max(position + 1, this.#links.length * 2)).fill(NONE)
      larger.set(this.#links)
      this.#links = larger
    }
    this.#links[position] = link
    this.#count = Math.max(this.#count, position + 1)
  }

  /** null = it was given to none. */
  get(position: number): number | null {
    const link = this.#links[position] ?? NONE
    return link === NONE ? null : link
  }

  /** Deflated, base64. */
  encode(): string {
    return deflateRawSync(new Uint8Array(this.#links.buffer, 0, this.#count * 2)).toString('base64')
  }

  static decode(text: string): MessageLinks {
    const bytes = new Uint8Array(inflateRawSync(Buffer.from(text, 'base64')))
    const links = new MessageLinks()
    links.#links = new Uint16Array(bytes.buffer)
    links.#count = links.#links.length
    return links
  }
}
