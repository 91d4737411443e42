import { type Mechanisms, type Survey, survey } from '../environment/netns/mechanism.ts'
import type { Finding } from './doctor.ts'

/** What clones of networks need: nothing of it is needed for anything else. */
export async function networks(): Promise<{ findings: readonly Finding[]; mechanisms: Mechanisms }> {
  return describeSurvey(await survey())
}

export function describeSurvey({ capabilities, mechanisms }: Survey): {
  findings: readonly Finding[]
  mechanisms: Mechanisms
} {
  const there = capabilities.map(
    ({ name, isThere, purpose, remedy }): Finding => ({
      what: `netns: ${name}`,
      state: isThere ? 'yes' : 'limited',
      detail: isThere ? `there, for ${purpose}` : `missing, for ${purpose}`,
      remedy: isThere ? null : remedy,
    }),
  )
  return { findings: [...there, chosen(mechanisms)], mechanisms }
}

/** Kernels with these were not at hand. */
const UNTRIED: readonly (string | null)[] = ['kernel', 'netem']

function chosen({ userNamespace, ...how }: Mechanisms): Finding {
  const { esp, wireguard, delay, rate } = how
  const used = Object.entries({ esp, wireguard, delay, rate })
  const lacking = used.filter(([, by]) => by === null).map(([what]) => what)
  return {
    what: 'netns: mechanisms',
    state: lacking.length === 0 ? 'yes' : 'limited',
    detail: [
      ...used.map(
        ([what, by]) =>
          `${what} by ${by ?? 'nothing'}${UNTRIED.includes(by) ? ' (not run by the authors: the checks of a clone prove it)' : ''}`,
      ),
      userNamespace ? 'without root' : 'as root',
    ].join(', '),
    remedy:
      lacking.length === 0
        ? null
        : `clones that ask for ${lacking.join(', ')} are refused; bring what is missing above`,
  }
}
