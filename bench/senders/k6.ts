import { join } from 'node:path'
import type { Tool } from './tool.ts'

const SCRIPT = join(import.meta.dirname, '../peers/search.k6.js')

/** k6, one virtual user for each connection, with a script that gives each search a hash of its own and verifies status and total. */
export function k6Tool(command: string, sample: { path: string; bodyStart: string; hashLength: number }): Tool {
  return {
    name: 'k6',
    command,
    versionArgs: ['version'],
    versionOf: printed => printed.match(/k6\S* v([\d.]+)/)?.[1] ?? 'unknown',
    args: ({ port, connections }) => [
      ...['run', '--quiet', '--no-usage-report', '--no-color', '--vus', String(connections), '--duration', '3600s'],
      ...['--env', `URL=http://127.0.0.1:${port}${sample.path}`],
      ...['--env', `BODY=${sample.bodyStart}`, '--env', `DIGITS=${sample.hashLength}`, SCRIPT],
    ],
    // As many threads as the core it is held on can run.
    env: { GOMAXPROCS: '1' },
    answeredOf(printed) {
      const found = printed.match(/^verified (\d+) bad (\d+)$/m)
      if (found === null) throw new Error('no summary')
      if (found[2] !== '0') throw new Error('it was answered badly')
      return Number(found[1])
    },
  }
}

export const K6_REMEDY = 'go install go.k6.io/k6@v1.8.1'
