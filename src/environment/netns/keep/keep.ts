import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startGuarded, untilLost } from '../../guarded.ts'
import { startTimeOf } from '../../processTable.ts'
import { aborted } from '../aborted.ts'
import { proveSite } from '../checks/prove.ts'
import { buildSite, type Site } from '../site.ts'
import type { KeeperRequest } from './keeperProtocol.ts'
import { type Kept, writeKept } from './kept.ts'

/** The clock of the wall may be set, or the machine sleep. */
const LONGEST_NAP_MS = 10_000

/** Builds a clone and holds it until it expires, ends by itself or is told to end; then all of it is gone. */
export async function keep(request: KeeperRequest, onUp: (kept: Kept) => void, signal: AbortSignal): Promise<void> {
  const { id, ttlMs } = request
  const expiresMs = Date.now() + ttlMs
  const guarded = await startGuarded({ experimentId: id, kind: 'netns', ttlMs, isKeeper: true })
  try {
    const beganMs = performance.now()
    const until = AbortSignal.any([signal, guarded.lost])
    const site = await buildSite(guarded, { ...request, id: 'clone.tree', signal: until })
    const upMs = performance.now() - beganMs
    try {
      const described = describe(request, site, { upMs, expires: new Date(expiresMs).toISOString() })
      const kept = await Promise.race([described, aborted(until)])
      writeKept(dirname(guarded.journalFile), kept)
      onUp(kept)
      await Promise.race([expiry(expiresMs, until), site.tree.ended, untilLost(guarded)])
    } finally {
      site.gateways.close()
    }
  } finally {
    await guarded.close()
  }
}

async function describe(
  { id, topology, mechanisms, checkSeed }: KeeperRequest,
  site: Site,
  times: Pick<Kept, 'upMs' | 'expires'>,
): Promise<Kept> {
  const { pid } = site.tree
  const first = { pid, startedAt: startTimeOf(pid) ?? '' }
  const checks = checkSeed === null ? [] : await proveSite(site, checkSeed)
  const { userNamespace } = mechanisms
  return { schema: 'hl7bench.kept/1', id, facts: site.facts, topology, first, userNamespace, checks, ...times }
}

/** Resolves at a time of the wall's clock, or when it is told to end. */
async function expiry(atMs: number, signal: AbortSignal): Promise<void> {
  for (let leftMs = atMs - Date.now(); leftMs > 0 && !signal.aborted; leftMs = atMs - Date.now())
    await sleep(Math.min(leftMs, LONGEST_NAP_MS), undefined, { signal }).catch(() => {})
}
