import { EnvironmentError } from '../../error.ts'

/** A tunnel that is not up. */
export interface Failing {
  readonly tunnel: string
  /** `unheard`: refused, and there was no time to ask why. `late`: neither refused nor unanswered when it was waited for no longer. */
  readonly outcome: 'refused' | 'unheard' | 'unanswered' | 'late'
  /** What each of its gateways says of it, first that of the initiator. */
  readonly said: readonly { readonly host: string; readonly lines: readonly string[] }[]
}

const MOST_NAMES = 10
const MOST_REASONS = 5
const REMEDY = 'compare the two ends of environment.vpn, or see what this machine can do: hl7bench doctor'

/** The error of tunnels that are not up. @param what one or more lines */
export const notUp = (what: string) => new EnvironmentError('provision', 'environment', `${what}\n${REMEDY}`)

/**
 * All complaints at once: how many tunnels failed of how many, and each distinct reason with the words of both gateways of one tunnel that has it.
 * Tunnels that were merely late are blamed only where there are no others.
 */
export function complaintOf(tunnels: number, failing: readonly Failing[]): string {
  const [blamed, late] = [failing.filter(({ outcome }) => outcome !== 'late'), failing.filter(isLate)]
  const shown = blamed.length > 0 ? blamed : late
  const groups = [...Map.groupBy(shown, reasonOf).values()]
  const more = groups.slice(MOST_REASONS).flat()
  return [
    `${shown.length} of ${tunnels} tunnels (${named(shown, 3)}) did not come up`,
    ...groups.slice(0, MOST_REASONS).flatMap(tell),
    ...(more.length === 0 ? [] : [`${groups.length - MOST_REASONS} more reasons, of ${named(more)}`]),
    ...(blamed.length === 0 || late.length === 0 ? [] : [`not waited for: ${named(late)}`]),
  ].join('\n')
}

const isLate = ({ outcome }: Failing) => outcome === 'late'

const TOLD = {
  refused: ['was refused', 'were refused'],
  unheard: ['was refused', 'were refused'],
  unanswered: ['got no answer', 'got no answer'],
  late: ['was not up in time', 'were not up in time'],
} as const

function tell(group: readonly Failing[]): string[] {
  const [{ tunnel, outcome, said }] = group as [Failing, ...Failing[]]
  const whose = group.length === 1 ? 'its gateways' : `the gateways of ${tunnel}`
  const told = `${named(group)} ${TOLD[outcome][group.length === 1 ? 0 : 1]}`
  if (outcome === 'unheard') return [`${told}; there was no time to hear why`]
  return [
    `${told}; ${whose} say:`,
    ...said.flatMap(({ host, lines }) =>
      (lines.length === 0 ? ['nothing of it'] : lines).map(line => `  ${host} | ${line}`),
    ),
  ]
}

/** Names of up to so many tunnels, and how many more there are. */
export function named(tunnels: readonly { readonly tunnel: string }[], most = MOST_NAMES): string {
  const names = tunnels.map(({ tunnel }) => tunnel)
  const rest = names.length - most
  return rest <= 0 ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${rest} more`
}

/** The same for tunnels that differ in their identities, addresses and times alone. */
function reasonOf({ outcome, said }: Failing): string {
  const lines = outcome === 'unheard' ? [] : said.flatMap(each => each.lines)
  return `${outcome}\n${lines
    .map(line => line.replace(/'[^']*'|"[^"]*"|\(valid from .*|\d+/g, ''))
    .sort()
    .join('\n')}`
}
