import { normal, uniform } from '../random.ts'
import type { CompiledMix } from './compiled.ts'
import type { MessageType } from './messageType.ts'

const BODY = 0x73697a30
const CLASS = 0x73697a40
const WITHIN = 0x73697a50

/** The assumed mixture; no public data gives a better one. Shares are of all messages, sizes in bytes. */
export const SIZE_MIXTURE = {
  body: { meanBytes: 1500, sigma: 0.5 },
  large: { share: 0.05, minBytes: 30_000, maxBytes: 50_000 },
  document: { share: 0.005, minBytes: 500_000, maxBytes: 12_000_000 },
} as const

/** From this size on a message is padded by one base64 attachment instead of many lines of text. */
export const ATTACHMENT_FROM_BYTES = 64_000

const DOCUMENT_TYPES: readonly MessageType[] = ['MDM^T02', 'ORU^R01']

/** Bytes that message `index` of type number `type` should have; 0 = as small as its template. */
export type SizeRule = (type: number, index: number) => number

export function createSizeRule(compiled: CompiledMix, seed: number): SizeRule {
  if (compiled.sizes === 'template') return () => 0
  if (compiled.sizes === 'mixture') return mixture(compiled, seed)
  const bytes = compiled.sizes
  return () => bytes
}

/** Large documents travel in MDM and ORU only, so these have a larger share of them, such that it holds over all messages. */
function mixture(compiled: CompiledMix, seed: number): SizeRule {
  const { body, large, document } = SIZE_MIXTURE
  const carries = compiled.types.map(({ type }) => DOCUMENT_TYPES.includes(type))
  const weightOf = (included: (i: number) => boolean) =>
    compiled.types.reduce((sum, { weight }, i) => sum + (included(i) ? weight : 0), 0)
  const carriers = weightOf(i => carries[i]!)
  const documentShare = carriers > 0 ? Math.min(1, (document.share * weightOf(() => true)) / carriers) : 0
  const mu = Math.log(body.meanBytes) - body.sigma ** 2 / 2

  return (type, index) => {
    const draw = uniform(seed, CLASS, index)
    const documents = carries[type] ? documentShare : 0
    if (draw < documents) {
      return Math.round(document.minBytes * (document.maxBytes / document.minBytes) ** uniform(seed, WITHIN, index))
    }
    if (draw < documents + large.share * (1 - documents)) {
      return Math.round(large.minBytes + (large.maxBytes - large.minBytes) * uniform(seed, WITHIN, index))
    }
    return Math.round(Math.exp(mu + body.sigma * normal(seed, BODY, index)))
  }
}

/** The largest size that the rule can ask for, for the text that pads messages without an attachment. */
export function largestSize(compiled: CompiledMix): number {
  if (compiled.sizes === 'template') return 0
  return compiled.sizes === 'mixture' ? SIZE_MIXTURE.large.maxBytes : compiled.sizes
}
