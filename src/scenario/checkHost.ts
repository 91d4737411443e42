import { isLoopback, plainHost } from './endpoint.ts'
import type { Finding } from './finding.ts'
import type { Path } from './path.ts'

/** `allowHosts` null: it has complaints of its own, so nothing can be said about the host. */
export function checkHost(path: Path, host: string, allowHosts: readonly string[] | null): readonly Finding[] {
  if (allowHosts === null || isLoopback(host) || allowHosts.some(allowed => plainHost(allowed) === host)) return []
  return [
    {
      path,
      expected: 'a loopback host, or one listed in allowHosts',
      found: host,
      hint: `if you may load it, add '${host}' to allowHosts (flag: --allow-host ${host})`,
    },
  ]
}
