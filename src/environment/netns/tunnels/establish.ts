import { setTimeout as sleep } from 'node:timers/promises'
import { aborted } from '../aborted.ts'
import type { IpsecTunnel } from '../ipsec.ts'
import type { Tree } from '../tree.ts'
import { openVici, type Vici } from '../vici.ts'
import { type Attempts, attemptsOf, type Phase } from './attempts.ts'
import { complaintOf, type Failing, notUp } from './complaint.ts'
import { listenToWords, type Words } from './words.ts'

/** charon itself gives an unanswered message up after 8.2 s, by the strongswan.conf of clones. */
const LONGEST_MS = 10_000
const LONGEST_MS_PER_TUNNEL = 60
/** Without news for so long something is wrong, and the gateways are listened to. */
const STALLED_MS = 1_000
/** How long others may take to fail too once one has: without any news, and in all. */
const QUIET_MS = 2_000
const LONGEST_COLLECTING_MS = 4_000
/** A daemon's words come after its events. */
const LAST_WORDS_MS = 200
const TICK_MS = 50

/**
 * Lets the initiators of loaded connections begin, all at once, as a gateway that starts again sees it; resolves with how long it took until the last
 * tunnel was up, ms. A tunnel whose key exchange comes to nothing is asked for once more, and its gateways are listened to. Throws EnvironmentError
 * with what both ends of those that do not come up say.
 */
export async function establish(
  tree: Tree,
  tunnels: readonly IpsecTunnel[],
  vici: ReadonlyMap<string, Vici>,
  signal: AbortSignal,
): Promise<number> {
  const attempts = attemptsOf(tunnels)
  const ending = new AbortController()
  const initiate = (name: string, host: string) =>
    vici.get(host)!.command('initiate', { child: name, ike: name, timeout: '-1', loglevel: '-1' })
  const follows = await follow(tree, tunnels, attempts)
  const beganMs = performance.now()
  const limitMs = beganMs + LONGEST_MS + LONGEST_MS_PER_TUNNEL * tunnels.length
  try {
    const done = Promise.all([
      begin(tunnels, attempts, initiate, ending.signal),
      settle(tree, tunnels, attempts, initiate, limitMs, ending.signal),
    ])
    await Promise.race([done, aborted(signal)])
    return attempts.lastNewsMs - beganMs
  } finally {
    ending.abort()
    for (const each of follows) each.close()
  }
}

type Initiate = (name: string, host: string) => Promise<unknown>

/** By connections of their own, so that charon tells nobody of the same events once all tunnels are up. */
function follow(tree: Tree, tunnels: readonly IpsecTunnel[], attempts: Attempts): Promise<Vici[]> {
  const hosts = new Set(tunnels.map(({ initiator }) => initiator.host))
  return Promise.all(
    [...hosts].map(async host => {
      const gateway = await openVici(tree.fileOf(host, 'charon.vici'))
      for (const event of ['child-updown', 'ike-updown'] as const)
        await gateway.listen(event, message => attempts.take(event, message))
      return gateway
    }),
  )
}

async function begin(
  tunnels: readonly IpsecTunnel[],
  attempts: Attempts,
  initiate: Initiate,
  ending: AbortSignal,
): Promise<void> {
  for (const { name, initiator } of tunnels) {
    if (ending.aborted) return
    await initiate(name, initiator.host)
    attempts.began(name)
  }
}

/** Resolves when all tunnels are up; rejects when there is nothing more to wait for. */
async function settle(
  tree: Tree,
  tunnels: readonly IpsecTunnel[],
  attempts: Attempts,
  initiate: Initiate,
  limitMs: number,
  ending: AbortSignal,
): Promise<void> {
  const { missing } = attempts
  const hostOf = new Map(tunnels.map(({ name, initiator }) => [name, initiator.host]))
  let words: Words | null = null
  try {
    while (missing.size > 0 && !ending.aborted && !isOver(attempts, limitMs)) {
      if (isInTrouble(attempts)) {
        words ??= await listenToWords(tree, tunnels, (name, message) => hear(attempts, name, message))
        const [name] = attempts.toAskAgain()
        if (name !== undefined) {
          attempts.askedAgain(name)
          await initiate(name, hostOf.get(name)!)
          continue
        }
      }
      await Promise.race([attempts.next(), sleep(TICK_MS)])
    }
    if (missing.size > 0) await sleep(LAST_WORDS_MS)
    if (missing.size > 0) throw notUp(complaintOf(tunnels.length, failingOf(tunnels, missing, words)))
  } finally {
    words?.close()
  }
}

const isInTrouble = ({ firstEndMs, lastNewsMs }: Attempts) =>
  firstEndMs !== null || performance.now() - lastNewsMs > STALLED_MS

function isOver({ missing, firstEndMs, lastNewsMs }: Attempts, limitMs: number): boolean {
  const nowMs = performance.now()
  if (nowMs > limitMs) return true
  if (firstEndMs === null) return false
  const isSettled = (phase: Phase) => phase === 'refused' || phase === 'unanswered'
  return (
    nowMs - lastNewsMs > QUIET_MS ||
    nowMs - firstEndMs > LONGEST_COLLECTING_MS ||
    [...missing.values()].every(isSettled)
  )
}

/** What an initiator says of an end for which VICI has no event. */
function hear(attempts: Attempts, tunnel: string, message: string): void {
  if (message.includes('failed to establish CHILD_SA')) attempts.ended(tunnel)
  if (message.includes('establishing IKE_SA failed, peer not responding')) attempts.unanswered(tunnel)
}

const OUTCOMES: Readonly<Record<Phase, Failing['outcome']>> = {
  begun: 'late',
  ended: 'unheard',
  'asked again': 'refused',
  refused: 'refused',
  unanswered: 'unanswered',
}

function failingOf(
  tunnels: readonly IpsecTunnel[],
  missing: ReadonlyMap<string, Phase>,
  words: Words | null,
): Failing[] {
  return tunnels.flatMap(({ name, initiator, responder }) => {
    const phase = missing.get(name)
    const said = [initiator, responder].map(({ host }) => ({ host, lines: words?.of(host, name) ?? [] }))
    return phase === undefined ? [] : [{ tunnel: name, outcome: OUTCOMES[phase], said }]
  })
}
