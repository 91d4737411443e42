import type { SizeLadder, SizeMixture } from '../../model/scenario.ts'
import { hash32, normal, uniform } from '../random.ts'
import type { CompiledMix } from './compiled.ts'
import type { MessageType } from './messageType.ts'

const BODY = 0x73697a30
const CLASS = 0x73697a40
const WITHIN = 0x73697a50
const RUNG = 0x73697a60

/** From this size on a message is padded by one base64 attachment instead of many lines of text. */
export const ATTACHMENT_FROM_BYTES = 64_000

const DOCUMENT_TYPES: readonly MessageType[] = ['MDM^T02', 'ORU^R01']

/** Bytes that message `index` of type number `type` should have; 0 = as its template is. */
export type SizeRule = (type: number, index: number) => number

export function createSizeRule({ sizes, types }: Pick<CompiledMix, 'sizes' | 'types'>, seed: number): SizeRule {
  if (sizes === 'template') return () => 0
  if (typeof sizes === 'number') return () => sizes
  return 'ladder' in sizes ? ladder(sizes, seed) : mixture(sizes, types, seed)
}

function ladder({ ladder: steps, weights }: SizeLadder, seed: number): SizeRule {
  if (weights === null) return inRounds(steps, seed)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return (_type, index) => {
    let rest = uniform(seed, RUNG, index) * sum
    let step = 0
    while (step < steps.length - 1 && rest >= weights[step]!) rest -= weights[step++]!
    return steps[step]!
  }
}

/**
 * Each round sends every size once, from a drawn place on: where the connections of a load divide its sizes or are divided by
 * them, each would otherwise carry the same sizes for ever.
 */
function inRounds(steps: readonly number[], seed: number): SizeRule {
  return (_type, index) => {
    const first = hash32(seed, RUNG, Math.floor(index / steps.length)) % steps.length
    return steps[(first + (index % steps.length)) % steps.length]!
  }
}

/** Large documents travel in MDM and ORU only, so these have a larger share of them, such that it holds over all messages. */
function mixture({ body, large, document }: SizeMixture, types: CompiledMix['types'], seed: number): SizeRule {
  const carries = types.map(({ type }) => DOCUMENT_TYPES.includes(type))
  const weightOf = (included: (i: number) => boolean) =>
    types.reduce((sum, { weight }, i) => sum + (included(i) ? weight : 0), 0)
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
export function largestSize(sizes: CompiledMix['sizes']): number {
  if (sizes === 'template') return 0
  if (typeof sizes === 'number') return sizes
  return 'ladder' in sizes ? Math.max(...sizes.ladder) : sizes.large.maxBytes
}
