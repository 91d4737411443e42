import { createRandom } from '../random.ts'

/** Bytes that pad a message, found once per length and copied from a shared buffer. */
export interface Padding {
  /** Prepares the largest padding of at most `wanted` bytes and returns its length; 0 = none is as small. */
  prepare(wanted: number): number
  /** Copies the prepared padding and returns where it ends. */
  write(out: Uint8Array, at: number): number
}

const WORDS = [
  'sample',
  'test',
  'load',
  'stable',
  'normal',
  'review',
  'plan',
  'note',
  'daily',
  'report',
  'entry',
  'value',
]
const LINE_CHARACTERS = 64
const BLOCK_BYTES = 1 << 18

/** No padding: for messages as small as their template. */
export const NO_PADDING: Padding = { prepare: () => 0, write: (_out, at) => at }

const SPACE = 0x20
const FULL_STOP = 0x2e

/**
 * Lines of text: OBX segments with set ids from `firstSetId` on, or NTE segments. All have the same text length but the last,
 * which is as long as it must be: every length is met exactly from that of a line with one character on.
 */
export function createTextPadding(name: 'OBX' | 'NTE', firstSetId: number, largestBytes: number): Padding {
  const { bytes, ends, tail } = textLines(name, firstSetId, largestBytes)
  const overhead = ends[1]! - LINE_CHARACTERS
  const extra = new TextEncoder().encode(textOf(createRandom(firstSetId + 1), ends[1]! * 2))
  const views: (Uint8Array | undefined)[] = []
  const viewOf = (count: number): Uint8Array => {
    views[count] ??= bytes.subarray(0, ends[count]! - tail.length)
    return views[count]
  }
  let lines = 0
  let shared = 0
  let own = 0
  return {
    prepare(wanted) {
      shared = own = 0
      if (wanted <= overhead) return 0
      lines = linesWithin(ends, wanted)
      // Of the last line all but its end is shared; what follows is text of its own, and the end.
      shared = (lines === 0 ? wanted : ends[lines]!) - tail.length
      own = wanted - shared - tail.length
      return wanted
    },
    write(out, at) {
      if (shared === 0) return at
      if (lines === 0) for (let i = 0; i < shared; i++) out[at + i] = bytes[i]!
      else out.set(viewOf(lines), at)
      const end = at + shared
      for (let i = 0; i < own; i++) out[end + i] = extra[i]!
      // No field ends with a space: engines trim it.
      if (out[end + own - 1] === SPACE) out[end + own - 1] = FULL_STOP
      for (let i = 0; i < tail.length; i++) out[end + own + i] = tail[i]!
      return end + own + tail.length
    },
  }
}

function textLines(
  name: 'OBX' | 'NTE',
  firstSetId: number,
  largestBytes: number,
): { bytes: Uint8Array; ends: Int32Array; tail: Uint8Array } {
  const random = createRandom(firstSetId)
  const tail = name === 'OBX' ? '||||||F\r' : '\r'
  const ends = [0]
  const lines: string[] = []
  for (let setId = firstSetId; lines.length === 0 || ends.at(-1)! < largestBytes; setId++) {
    const text = `${textOf(random, LINE_CHARACTERS).slice(0, -1)}.`
    const head = name === 'OBX' ? `OBX|${setId}|TX|51855-5^Patient Note^LN|${setId}|` : `NTE|${setId}|P|`
    lines.push(head + text + tail)
    ends.push(ends.at(-1)! + lines.at(-1)!.length)
  }
  const encoder = new TextEncoder()
  return { bytes: encoder.encode(lines.join('')), ends: Int32Array.from(ends), tail: encoder.encode(tail) }
}

function textOf(random: () => number, characters: number): string {
  let text = ''
  while (text.length < characters) text += `${WORDS[Math.floor(random() * WORDS.length)]} `
  return text.slice(0, characters)
}

/** The most lines that take no more than `wanted` bytes. */
function linesWithin(ends: Int32Array, wanted: number): number {
  let low = 0
  let high = ends.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (ends[middle]! <= wanted) low = middle
    else high = middle - 1
  }
  return low
}

/** One OBX of type ED: a base64 attachment (MSH-9 of any type that takes OBX), cut from one repeated block. */
export function createAttachmentPadding(setId: number): Padding {
  const head = new TextEncoder().encode(`OBX|${setId}|ED|11506-3^Progress note^LN|${setId}|^application^pdf^Base64^`)
  const tail = new TextEncoder().encode('||||||F\r')
  const frame = head.length + tail.length
  let content = 0
  return {
    prepare(wanted) {
      content = Math.max(0, Math.floor((wanted - frame) / 4) * 4)
      return content === 0 ? 0 : frame + content
    },
    write(out, at) {
      if (content === 0) return at
      const block = base64Block()
      out.set(head, at)
      const start = at + head.length
      for (let done = 0; done < content; done += BLOCK_BYTES) {
        const rest = content - done
        out.set(rest < BLOCK_BYTES ? block.subarray(0, rest) : block, start + done)
      }
      out.set(tail, start + content)
      return start + content + tail.length
    },
  }
}

let knownBlock: Uint8Array | null = null

/** Random base64 digits: they compress no better than a real document. */
function base64Block(): Uint8Array {
  knownBlock ??= makeBlock()
  return knownBlock
}

function makeBlock(): Uint8Array {
  const digits = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
  const random = createRandom(BLOCK_BYTES)
  return Uint8Array.from({ length: BLOCK_BYTES }, () => digits[Math.floor(random() * 64)]!)
}
