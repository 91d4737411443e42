import type { MadeRequest, RequestMaker } from './fhir/code.ts'
import type { MessageMaker } from './hl7/stream.ts'

/**
 * Message `index` of a load, without MLLP framing. `random` gives numbers in [0, 1) from the run's seed: the same index gets the same
 * numbers. MSH-7 and MSH-10 are replaced by the run's own.
 */
export type MessageFunction = MessageMaker

/** Request `index` of a load; `random` as for {@link MessageFunction}. */
export type RequestFunction = RequestMaker

/** One FHIR request made by code. */
export type RequestSpec = MadeRequest

/** The function that makes the content of load `index`, out of what a scenario module exports; null when there is none. */
export function codeOfLoad(exported: unknown, index: number): MessageFunction | RequestFunction | null {
  const load = (exported as { load?: readonly { messages?: unknown; operations?: unknown }[] } | null)?.load?.[index]
  const candidates = [load?.messages, load?.operations].flat()
  return (
    (candidates.find(value => typeof value === 'function') as MessageFunction | RequestFunction | undefined) ?? null
  )
}
