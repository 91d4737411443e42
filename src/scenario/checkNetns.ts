import type { ParsedEnvironment } from './environmentSchema.ts'
import type { Finding } from './finding.ts'

type Netns = Extract<ParsedEnvironment, { kind: 'netns' }>

/** What the parts of a network clone must agree on. */
export function checkNetns({ hospitals, overlapping, link, topology }: Netns): readonly Finding[] {
  const findings: Finding[] = []
  if (topology === 'hub' && overlapping > hospitals)
    findings.push({
      path: ['environment', 'overlapping'],
      expected: `at most the number of hospitals, ${hospitals}`,
      found: overlapping,
      hint: 'lower it, or raise environment.hospitals',
    })
  if (link.jitterMs > link.delayMs)
    findings.push({
      path: ['environment', 'link', 'jitterMs'],
      expected: `at most the delay, ${link.delayMs} ms: a packet cannot come before it was sent`,
      found: link.jitterMs,
      hint: 'lower it, or raise environment.link.delayMs',
    })
  return findings
}
