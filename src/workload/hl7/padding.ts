import { createRandom } from '../random.ts'

/** Bytes that pad a message, found once per length and copied from a shared buffer. */
export interface Padding {
  /** Prepares the padding nearest to `wanted` bytes and returns its length. */
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

/**
 * Lines of text: OBX segments with set ids from `firstSetId` on, or NTE segments. Views of the shared buffer are kept, one per
 * number of lines, so that no object is made per message.
 */
export function createTextPadding(name: 'OBX' | 'NTE', firstSetId: number, largestBytes: number): Padding {
  const { bytes, ends } = textLines(name, firstSetId, largestBytes)
  const views: (Uint8Array | undefined)[] = []
  let prepared = bytes.subarray(0, 0)
  return {
    prepare(wanted) {
      const lines = nearestLineCount(ends, wanted)
      prepared = views[lines] ??= bytes.subarray(0, ends[lines])
      return prepared.length
    },
    write(out, at) {
      out.set(prepared, at)
      return at + prepared.length
    },
  }
}

function textLines(
  name: 'OBX' | 'NTE',
  firstSetId: number,
  largestBytes: number,
): { bytes: Uint8Array; ends: Int32Array } {
  const random = createRandom(firstSetId)
  const ends = [0]
  const lines: string[] = []
  for (let setId = firstSetId; ends.at(-1)! < largestBytes; setId++) {
    const text = textOf(random)
    const line =
      name === 'OBX' ? `OBX|${setId}|TX|51855-5^Patient Note^LN||${text}||||||F\r` : `NTE|${setId}|P|${text}\r`
    lines.push(line)
    ends.push(ends.at(-1)! + line.length)
  }
  return { bytes: new TextEncoder().encode(lines.join('')), ends: Int32Array.from(ends) }
}

function textOf(random: () => number): string {
  let text = ''
  while (text.length < LINE_CHARACTERS) text += `${WORDS[Math.floor(random() * WORDS.length)]} `
  return `${text.slice(0, LINE_CHARACTERS - 1)}.`
}

function nearestLineCount(ends: Int32Array, wanted: number): number {
  let low = 0
  let high = ends.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (ends[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low > 0 && wanted - ends[low - 1]! < ends[low]! - wanted ? low - 1 : low
}

/** One OBX of type ED: a base64 attachment (MSH-9 of any type that takes OBX), cut from one repeated block. */
export function createAttachmentPadding(setId: number): Padding {
  const head = new TextEncoder().encode(`OBX|${setId}|ED|11506-3^Progress note^LN||^application^pdf^Base64^`)
  const tail = new TextEncoder().encode('||||||F\r')
  const frame = head.length + tail.length
  let block: Uint8Array | null = null
  let content = 0
  return {
    prepare(wanted) {
      content = Math.max(4, Math.round((wanted - frame) / 4) * 4)
      return frame + content
    },
    write(out, at) {
      block ??= base64Block()
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

/** Random base64 digits: they compress no better than a real document. */
function base64Block(): Uint8Array {
  const digits = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
  const random = createRandom(BLOCK_BYTES)
  return Uint8Array.from({ length: BLOCK_BYTES }, () => digits[Math.floor(random() * 64)]!)
}
