import type { NextFault } from '../model/fault.ts'
import type { FhirAnswer } from './fhirAnswer.ts'

/** A name that nobody has (RFC 2606, section 2). */
const ELSEWHERE = 'http://pages.invalid'

interface Link {
  readonly relation: string
  readonly url: string
}

/** The answer with its link to the next page altered as the fault says; one that has none is left as it is. */
export function withNextLink(answer: FhirAnswer, fault: NextFault): FhirAnswer {
  const bundle = JSON.parse(answer.body.toString()) as { link?: readonly Link[] }
  const next = bundle.link?.find(({ relation }) => relation === 'next')
  if (bundle.link === undefined || next === undefined) return answer
  const others = bundle.link.filter(link => link !== next)
  const url = fault === 'loop-next' ? others.find(({ relation }) => relation === 'self')!.url : elsewhere(next.url)
  const link = fault === 'lose-next' ? others : [...others, { relation: 'next', url }]
  return { ...answer, body: Buffer.from(JSON.stringify({ ...bundle, link })) }
}

function elsewhere(url: string): string {
  const { pathname, search } = new URL(url)
  return `${ELSEWHERE}${pathname}${search}`
}
