import { isIP, isIPv4 } from 'node:net'
import type { Problem } from '../model/environment.ts'

/** Whether a name or address means this machine: 127.0.0.0/8, ::1, or `localhost`. */
export function isLoopback(host: string): boolean {
  const name = normalise(host)
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'))
}

/** Load goes to this machine and to hosts that the scenario lists, nowhere else. null = allowed. */
export function checkAllowed(host: string, allowHosts: readonly string[]): Problem | null {
  if (isLoopback(host) || allowHosts.some(allowed => normalise(allowed) === normalise(host))) return null
  return {
    what: `${host} is neither loopback nor listed in allowHosts, and load is sent nowhere else`,
    remedy: `if you may put load on it, add allowHosts: ['${host}'] to the scenario`,
  }
}

function normalise(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return isIP(bare) === 6 ? new URL(`http://[${bare}]`).hostname.slice(1, -1) : bare
}
