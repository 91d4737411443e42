import type { Finding } from './finding.ts'
import type { ParsedFhirLoad } from './loadSchema.ts'
import type { Path } from './path.ts'

const OWN = "or leave engine: 'own'"

/** What autocannon cannot do, or does otherwise than it says: its `-R` corrects latencies by a wrong interval, its TLS verifies nobody. */
export function checkAutocannon(load: ParsedFhirLoad, path: Path): readonly Finding[] {
  if (load.engine !== 'autocannon') return []
  const { workload } = load
  const findings: Finding[] = []
  const refuse = (key: Path, expected: string, found: unknown) =>
    void findings.push({ path: [...path, ...key], expected: `${expected} with engine 'autocannon'`, found, hint: OWN })
  if (workload.kind !== 'closed') refuse(['workload', 'kind'], "'closed'", workload.kind)
  if (workload.records !== undefined && workload.records !== null)
    refuse(['workload', 'records'], 'no fixed work', workload.records)
  if (workload.kind === 'closed' && workload.thinkMs > 0) refuse(['workload', 'thinkMs'], '0', workload.thinkMs)
  if (load.timeoutMs < 1000) refuse(['timeoutMs'], '1000 or more', load.timeoutMs)
  if (load.onUnknown === 'resend') refuse(['onUnknown'], "'drop'", load.onUnknown)
  if (load.retry !== undefined) refuse(['retry'], 'no retries', load.retry)
  if (load.compress) refuse(['compress'], 'false', load.compress)
  if (load.tls !== undefined && load.tls !== null) refuse(['tls'], 'no TLS', load.tls)
  const operations = typeof load.operations === 'function' ? [] : load.operations
  for (const [index, operation] of operations.entries())
    if ('pageLimit' in operation && operation.pageLimit > 1)
      refuse(['operations', index, 'pageLimit'], '1', operation.pageLimit)
  if (load.auth !== undefined) refuse(['auth'], 'no access tokens', 'some')
  return findings
}
