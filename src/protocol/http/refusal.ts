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

/** Of an HTTP date (RFC 9110, 5.6.7): IMF-fixdate, that of RFC 850, and that of asctime, which names no zone and means UTC. */
const DATE = /^[A-Za-z]{3,9}, /
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

/**
 * The wait that `Retry-After` asks for, ms; 0 = none, or unreadable (RFC 9110 section 10.2.3: seconds or an HTTP date).
 * @param sentAt the reply's own `Date`: the wait is up to a date by the server's clock, which need not be ours
 * @param nowMs since 1970, where the reply has no readable `Date`
 */
export function retryAfterMs(value: string, sentAt: string, nowMs: number): number {
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const [untilMs, sentMs] = [dateMs(value), dateMs(sentAt)]
  return Number.isNaN(untilMs) ? 0 : Math.max(0, untilMs - (Number.isNaN(sentMs) ? nowMs : sentMs))
}

/** ms since 1970; NaN = unreadable. */
function dateMs(value: string): number {
  return DATE.test(value) ? Date.parse(value) : ASCTIME.test(value) ? Date.parse(`${value} UTC`) : Number.NaN
}
