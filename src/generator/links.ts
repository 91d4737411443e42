import type { Link, LinkEvents } from '../protocol/link.ts'
import type { Clock } from './clock.ts'

/** Makes link number `id` and begins to dial. */
export type MakeLink = (id: number, events: LinkEvents) => Link

/** Dialled at once at most: a listen queue on the way may be short. */
const DIALS_AT_ONCE = 64

/** Errors of this machine, not of the target: out of ports, descriptors or memory. */
const LOCAL_CODES = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM', 'EAGAIN'])

export interface Opened {
  readonly links: readonly Link[]
  readonly opened: number
}

/** Dials `count` links; resolves when all are open, or at the deadline with those that are. */
export function openLinks(
  count: number,
  make: MakeLink,
  events: LinkEvents,
  deadlineMs: number,
  clock: Clock,
): Promise<Opened> {
  return new Promise(resolve => {
    const links: Link[] = []
    const isOpen = new Set<number>()
    let over = false
    const finish = () => {
      if (over) return
      over = true
      timer.cancel()
      while (links.length < count) dialNext()
      resolve({ links, opened: isOpen.size })
    }
    const timer = clock.after(deadlineMs, finish)
    const dialNext = () => {
      if (links.length < count) links.push(make(links.length, watched))
    }
    const watched: LinkEvents = {
      ...events,
      opened(link) {
        isOpen.add(link)
        events.opened(link)
        if (over) return
        dialNext()
        if (isOpen.size === count) finish()
      },
    }
    for (let dial = 0; dial < DIALS_AT_ONCE; dial++) dialNext()
  })
}

/** Whether an error code tells of this machine, not of the target. */
export function isLocal(code: string): boolean {
  return LOCAL_CODES.has(code)
}

/** Counts a dial that failed, or a connection that was lost, with `code`. */
export function countRefusal(refusals: Map<string, number>, code: string): void {
  refusals.set(code, (refusals.get(code) ?? 0) + 1)
}

/** The refusals that are this machine's own doing. */
export function localErrors(refusals: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...refusals].filter(([code]) => isLocal(code)))
}
