/** Statuses after which a request may be sent again unchanged (RFC 9110, RFC 6585, RFC 8470; a gateway's or an overloaded server's). */
const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504])
/** A conflict is the race of two writers: worth a few attempts, no more. */
const CONFLICT = 409
const MOST_CONFLICTS = 3

/** Most sends of a request that was answered with `status`, the first included; 0 = it is never sent again (400, 404, 410, 412, 422 ..). */
export function mostAttemptsAfter(status: number): number {
  if (status === CONFLICT) return MOST_CONFLICTS
  return AGAIN.has(status) ? Number.POSITIVE_INFINITY : 0
}

/** The wait that `Retry-After` asks for, ms from `nowMs` since 1970 (RFC 9110 section 10.2.3: seconds or an HTTP date); 0 = none, or unreadable. */
export function retryAfterMs(value: string, nowMs: number): number {
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const date = /^[A-Za-z]{3,9}, /.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? 0 : Math.max(0, date - nowMs)
}
