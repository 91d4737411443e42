import { join } from 'node:path'
import type { Tool } from './tool.ts'

const SCRIPT = join(import.meta.dirname, '../peers/search.k6.js')
const SCRIPT_AT_RATE = join(import.meta.dirname, '../peers/searchAtRate.k6.js')
/** More than are needed at any rate that one core of it reaches over loopback: it is not to be limited by them. */
const USERS_AT_RATE = 100

interface Sample {
  readonly path: string
  readonly bodyStart: string
  readonly hashLength: number
}

/** k6, one virtual user for each connection, with a script that gives each search a hash of its own and verifies status and total. */
export function k6Tool(command: string, sample: Sample): Tool {
  return {
    ...k6,
    command,
    args: ({ port, connections }) => [
      ...RUN,
      ...['--vus', String(connections), '--duration', '3600s'],
      ...environmentOf(port, sample),
      SCRIPT,
    ],
    answeredOf(printed) {
      const found = printed.match(/^verified (\d+) bad (\d+)$/m)
      if (found === null) throw new Error('no summary')
      if (found[2] !== '0') throw new Error('it was answered badly')
      return Number(found[1])
    },
  }
}

/** k6 by its executor `constant-arrival-rate`; it prints what it verified and dropped as one JSON object. */
export function k6AtRateTool(command: string, sample: Sample, ratePerSecond: number): Tool {
  return {
    ...k6,
    command,
    args: ({ port }) => [
      ...RUN,
      ...environmentOf(port, sample),
      ...['--env', `RATE=${Math.round(ratePerSecond)}`, '--env', `USERS=${USERS_AT_RATE}`, SCRIPT_AT_RATE],
    ],
    answeredOf(printed) {
      const { verified, bad } = JSON.parse(printed)
      if (bad !== 0) throw new Error('it was answered badly')
      return verified
    },
  }
}

const RUN = ['run', '--quiet', '--no-usage-report', '--no-color']

const k6 = {
  name: 'k6',
  versionArgs: ['version'],
  versionOf: (printed: string) => printed.match(/k6\S* v([\d.]+)/)?.[1] ?? 'unknown',
  // As many threads as the core it is held on can run.
  env: { GOMAXPROCS: '1' },
}

function environmentOf(port: number, { path, bodyStart, hashLength }: Sample): readonly string[] {
  return [
    ...['--env', `URL=http://127.0.0.1:${port}${path}`],
    ...['--env', `BODY=${bodyStart}`, '--env', `DIGITS=${hashLength}`],
  ]
}

export const K6_REMEDY = 'go install go.k6.io/k6@v1.8.1'
