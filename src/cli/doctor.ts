import { execFileSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { stateFolder } from '../environment/state.ts'
import { calibrationFile, machineOf, readCalibration } from '../experiment/calibrate/store.ts'
import { EXIT } from '../experiment/exit.ts'
import { calibrationLine } from '../report/calibration/terminal.ts'
import { readHost } from '../results/host.ts'
import { readOwnVersion } from '../results/provenance.ts'
import type { Console } from './console.ts'
import { networks } from './doctorNetworks.ts'

export interface Finding {
  readonly what: string
  /** `no` = hl7bench cannot work; `limited` = it can, with less. */
  readonly state: 'yes' | 'limited' | 'no'
  readonly detail: string
  readonly remedy: string | null
}

const FEWEST_DESCRIPTORS = 4096
const FEWEST_PORTS = 10_000

export function addDoctor(program: Command, console: () => Console, exit: (code: number) => void): void {
  program
    .command('doctor')
    .description('what this machine can and cannot do, each with the remedy')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { out, terminal } = console()
      const { findings: ofNetworks, mechanisms } = await networks()
      const findings = [...(await examine()), ...ofNetworks]
      if (json) out(`${JSON.stringify({ schema: 'hl7bench.doctor/1', findings, mechanisms }, null, 2)}\n`)
      for (const finding of json ? [] : findings) out(describe(finding, terminal))
      exit(findings.some(({ state }) => state === 'no') ? EXIT.provisionFailed : EXIT.ok)
    })
}

function describe({ what, state, detail, remedy }: Finding, { style, glyphs }: Console['terminal']): string {
  const marks = glyphs === 'unicode' ? { yes: '✓', limited: '!', no: '✗' } : { yes: 'ok', limited: '!!', no: 'NO' }
  const paint = { yes: style.good, limited: style.warning, no: style.bad }[state]
  return `${paint(marks[state])} ${what}: ${detail}${remedy === null ? '' : `\n    ${remedy}`}\n`
}

async function examine(): Promise<Finding[]> {
  return [
    ...[node(), git(), shell(), cores(), await loopback(), state(), descriptors(), ports(), starvation(), steal()],
    await calibration(),
  ]
}

const fine = (what: string, detail: string): Finding => ({ what, state: 'yes', detail, remedy: null })

function node(): Finding {
  return fine('Node', process.version)
}

function git(): Finding {
  try {
    return fine('git', execFileSync('git', ['--version'], { encoding: 'utf8' }).trim())
  } catch {
    return {
      what: 'git',
      state: 'limited',
      detail: 'not found: rows will name no branch and commit',
      remedy: 'install git',
    }
  }
}

function shell(): Finding {
  try {
    accessSync('/bin/sh', constants.X_OK)
    return fine('shell', '/bin/sh')
  } catch {
    return {
      what: 'shell',
      state: 'limited',
      detail: 'no /bin/sh: sut.start, --prepare and --cleanup cannot run',
      remedy: 'install a POSIX shell',
    }
  }
}

function cores(): Finding {
  const count = availableParallelism()
  if (count > 3) return fine('cores', String(count))
  const detail = `${count}: generators and targets share them, so high rates measure the machine; arrivals are hit to about a millisecond`
  return {
    what: 'cores',
    state: 'limited',
    detail,
    remedy: 'use 4 cores or more for rates above some thousand a second; the validity of each run tells',
  }
}

function loopback(): Promise<Finding> {
  return new Promise(resolve => {
    const server = createServer()
    server.on('error', error =>
      resolve({
        what: 'loopback',
        state: 'no',
        detail: error.message,
        remedy: 'bring the interface lo up: ip link set lo up',
      }),
    )
    server.listen(0, '127.0.0.1', () => server.close(() => resolve(fine('loopback', '127.0.0.1 can be listened on'))))
  })
}

function state(): Finding {
  const folder = stateFolder()
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return fine('state folder', folder)
  } catch (error) {
    return {
      what: 'state folder',
      state: 'no',
      detail: `${folder}: ${(error as Error).message}`,
      remedy: 'make it writable, or set XDG_STATE_HOME to a folder that is',
    }
  }
}

function descriptors(): Finding {
  const limit = /Max open files\s+(\S+)/.exec(read('/proc/self/limits') ?? '')?.[1]
  if (limit === undefined)
    return {
      what: 'open files',
      state: 'limited',
      detail: 'the limit is not told here',
      remedy: 'check ulimit -n before thousands of connections',
    }
  if (limit === 'unlimited' || Number(limit) >= FEWEST_DESCRIPTORS)
    return fine('open files', `up to ${limit} in a process`)
  return {
    what: 'open files',
    state: 'limited',
    detail: `up to ${limit} in a process, one for each connection`,
    remedy: 'raise it: ulimit -n 65536',
  }
}

function ports(): Finding {
  const range = read('/proc/sys/net/ipv4/ip_local_port_range')?.trim().split(/\s+/).map(Number)
  if (range === undefined || range.length !== 2)
    return {
      what: 'local ports',
      state: 'limited',
      detail: 'the range is not told here',
      remedy: 'check it before thousands of connections',
    }
  const count = range[1]! - range[0]! + 1
  if (count >= FEWEST_PORTS) return fine('local ports', `${count} for each target address`)
  return {
    what: 'local ports',
    state: 'limited',
    detail: `${count} for each target address`,
    remedy: 'widen net.ipv4.ip_local_port_range',
  }
}

function starvation(): Finding {
  if (read('/proc/self/schedstat') !== null) return fine('CPU starvation', 'seen in /proc/self/schedstat')
  return {
    what: 'CPU starvation',
    state: 'limited',
    detail: 'not told here: a starved generator shows only as lag and pauses',
    remedy: 'run on Linux with schedstats to see it directly',
  }
}

function steal(): Finding {
  if (read('/proc/stat') !== null) return fine('CPU stolen by the host', 'seen in /proc/stat')
  return {
    what: 'CPU stolen by the host',
    state: 'limited',
    detail: 'not told here',
    remedy: 'run on Linux to have it in the rows',
  }
}

async function calibration(): Promise<Finding> {
  const found = readCalibration(
    machineOf({ host: await readHost(), harness: { version: readOwnVersion(), commit: null } }),
  )
  if (found !== null) {
    const detail = `${calibrationLine(found)} (${calibrationFile()})`
    return found.mllp?.isDisturbed || found.fhir?.isDisturbed
      ? { what: 'calibration', state: 'limited', detail, remedy: 'hl7bench calibrate, on a quiet machine' }
      : fine('calibration', detail)
  }
  return { what: 'calibration', state: 'limited', detail: 'not calibrated', remedy: 'hl7bench calibrate' }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
