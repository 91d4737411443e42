import type { IpsecTunnel } from '../ipsec.ts'
import type { Section } from '../vici.ts'

/**
 * How far a tunnel is that is not up. `ended`: its first key exchange came to nothing. `asked again`: so that its gateways say why.
 * `refused`: that ended too. `unanswered`: its initiator gave up, having heard nothing.
 */
export type Phase = 'begun' | 'ended' | 'asked again' | 'refused' | 'unanswered'

/** The first key exchanges of a clone's tunnels, as their initiators tell of them. */
export interface Attempts {
  /** Tunnels that are not up, by name. */
  readonly missing: ReadonlyMap<string, Phase>
  /** When the last news came; news is that a tunnel began, came up or ended. On the clock of `performance`. */
  readonly lastNewsMs: number
  /** When the first exchange came to nothing or was given up, on the same clock; null = none has. */
  readonly firstEndMs: number | null
  /** Resolves at the next news. */
  next(): Promise<void>
  /** Names of tunnels whose first exchange came to nothing. */
  toAskAgain(): readonly string[]
  began(name: string): void
  askedAgain(name: string): void
  ended(name: string): void
  unanswered(name: string): void
  /** An event of charon, `child-updown` or `ike-updown`. */
  take(event: 'child-updown' | 'ike-updown', message: Section): void
}

/** An IKE_SA comes up with its first child, in one message (RFC 7296, 1.2): one that has none by then stays without. */
const CHILDLESS_MS = 500

/** Of tunnels that are about to begin. */
export function attemptsOf(tunnels: readonly IpsecTunnel[]): Attempts {
  const missing = new Map<string, Phase>(tunnels.map(({ name }) => [name, 'begun']))
  const authenticatedMs = new Map<string, number>()
  let lastNewsMs = performance.now()
  let firstEndMs: number | null = null
  let news = Promise.withResolvers<void>()
  const tell = () => {
    lastNewsMs = performance.now()
    news.resolve()
    news = Promise.withResolvers()
  }
  const move = (name: string, phase: Phase) => {
    missing.set(name, phase)
    tell()
    firstEndMs ??= lastNewsMs
  }
  const isChildless = (name: string) => performance.now() - (authenticatedMs.get(name) ?? Infinity) > CHILDLESS_MS
  const ended = (name: string) => {
    const phase = missing.get(name)
    if (phase === 'begun') move(name, 'ended')
    if (phase === 'asked again') move(name, 'refused')
  }
  const up = (name: string) => {
    if (missing.delete(name)) tell()
  }
  return {
    missing,
    get lastNewsMs() {
      return lastNewsMs
    },
    get firstEndMs() {
      return firstEndMs
    },
    next: () => news.promise,
    toAskAgain: () =>
      [...missing].flatMap(([name, phase]) =>
        phase === 'ended' || (phase === 'begun' && isChildless(name)) ? [name] : [],
      ),
    began(name) {
      if (missing.has(name)) tell()
    },
    askedAgain(name) {
      if (missing.has(name)) move(name, 'asked again')
    },
    ended,
    unanswered(name) {
      if (missing.has(name)) move(name, 'unanswered')
    },
    take(event, message) {
      for (const [name, sa] of Object.entries(message)) {
        if (typeof sa !== 'object') continue
        if (event === 'child-updown' && message.up === 'yes') up(name)
        if (event === 'ike-updown' && message.up === 'yes') authenticatedMs.set(name, performance.now())
        if (event === 'ike-updown' && message.up !== 'yes') ended(name)
      }
    },
  }
}
