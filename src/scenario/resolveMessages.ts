import type { MessagesSpec, SizeMixture } from '../model/scenario.ts'
import type { Place } from './finding.ts'
import type { ParsedMllpLoad } from './loadSchema.ts'
import { populationOf } from './populationSchema.ts'
import { messageProfile, readProfile } from './profile.ts'
import type { MessageProfile } from './profileSchema.ts'
import { filesOf } from './resolveFiles.ts'

type MixSpec = Extract<MessagesSpec, { kind: 'mix' }>
type ParsedMix = Extract<ParsedMllpLoad['messages'], { mix: unknown }>

/** The profile that lends its mixture of sizes to messages that have none of their own. */
const DEFAULT_PROFILE = 'hospital'

export interface ResolvedMessages {
  readonly messages: MessagesSpec
  /** See `LoadBase.assumed`. */
  readonly assumed: readonly string[]
}

export function resolveMessages(messages: ParsedMllpLoad['messages'], place: Place): ResolvedMessages {
  if (typeof messages === 'function') return { messages: { kind: 'code' }, assumed: [] }
  if ('files' in messages) return { messages: { kind: 'files', files: filesOf(messages.files, place) }, assumed: [] }
  const profile = profileOf(messages, place)
  const mix = (profile?.mix ?? messages.mix) as Readonly<Record<string, number>>
  const lender = profile?.sizes === undefined ? messageProfile(DEFAULT_PROFILE) : profile
  const { version, charset } = messages
  const sizes = sizesOf(messages.sizes, lender)
  return {
    messages: { kind: 'mix', version, mix, sizes, charset, ...populationOf(messages.population) },
    assumed: [
      ...(profile?.assumed ? [mixText(profile.name, mix)] : []),
      ...(messages.sizes === 'mixture' && lender.assumed ? [sizesText(lender)] : []),
    ],
  }
}

function sizesOf(sizes: ParsedMix['sizes'], lender: MessageProfile): MixSpec['sizes'] {
  if (sizes === 'mixture') return lender.sizes!
  return typeof sizes === 'object' ? { ladder: sizes.ladder, weights: sizes.weights ?? null } : sizes
}

/** null = the scenario gives weights of its own. Expects a name without complaints. */
function profileOf({ mix }: ParsedMix, place: Place): MessageProfile | null {
  if (typeof mix !== 'string') return null
  const answer = readProfile(mix, place.resolve)
  return 'profile' in answer ? answer.profile : null
}

function mixText(name: string, mix: Readonly<Record<string, number>>): string {
  const weights = Object.entries(mix).filter(([, weight]) => weight > 0)
  const sum = weights.reduce((total, [, weight]) => total + weight, 0)
  const shares = weights.map(([type, weight]) => `${type.replace('^', ' ')} ${percent(weight / sum)}`)
  return `message mix of profile ${name} (${shares.join(', ')})`
}

function sizesText({ name, sizes }: MessageProfile): string {
  const { body, large, document } = sizes as SizeMixture
  const range = (share: number, from: number, to: number) =>
    `${percent(share)} of ${kilobytes(from)} to ${kilobytes(to)} KB`
  return [
    `sizes of profile ${name} (log-normal with a mean of ${kilobytes(body.meanBytes)} KB`,
    range(large.share, large.minBytes, large.maxBytes),
    `${range(document.share, document.minBytes, document.maxBytes)})`,
  ].join(', ')
}

const percent = (share: number): string => `${+(share * 100).toFixed(1)} %`
const kilobytes = (bytes: number): string => (bytes / 1000).toLocaleString('en', { maximumFractionDigits: 1 })
