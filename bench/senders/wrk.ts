import { join } from 'node:path'
import type { Tool } from './tool.ts'

const SCRIPT = join(import.meta.dirname, '../peers/search.lua')

/** wrk, one thread, with a Lua script that gives each search a hash of its own and verifies status and total. */
export function wrkTool(command: string, sampleFile: string, tls: boolean): Tool {
  return {
    name: 'wrk',
    command,
    versionArgs: ['-v'],
    versionOf: printed => printed.match(/wrk (?:debian\/)?([\d.]+)/)?.[1] ?? 'unknown',
    args: ({ port, connections }) => [
      ...['-t1', `-c${connections}`, '-d3600', '-s', SCRIPT],
      `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
      ...['--', sampleFile],
    ],
    answeredOf(printed) {
      const found = printed.match(/^verified (\d+) bad (\d+) errors (\d+)$/m)
      if (found === null) throw new Error('no summary')
      if (found[2] !== '0' || found[3] !== '0') throw new Error('it was answered badly')
      return Number(found[1])
    },
  }
}

export const WRK_REMEDY = 'apt-get install wrk'
