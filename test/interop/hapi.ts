import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, onTestFinished } from 'vitest'
import { PROJECT } from '../fixtures/commandLine.ts'

const PROGRAMS = join(PROJECT, 'test', 'parts', 'hapi-hl7v2')

/** The folder of HAPI's jars: HL7BENCH_HAPI, else the project's own .hapi; null where it or a JDK is missing. */
export const HAPI_JARS = [process.env.HL7BENCH_HAPI, join(PROJECT, '.hapi')].find(
  folder =>
    folder !== undefined &&
    existsSync(folder) &&
    readdirSync(folder).some(name => name.startsWith('hapi-base-')) &&
    spawnSync('javac', ['-version'], { stdio: 'ignore' }).status === 0,
)

const JARS = join(HAPI_JARS ?? '', '*')

export const NEEDS_HAPI = 'a JDK, and the jars of HAPI HL7v2 in HL7BENCH_HAPI or .hapi (see .ci/run)'

/** The compiled programs, and the working folder to run them in: HAPI leaves a file of control ids where it runs. */
let classes: string | null = null

afterAll(() => {
  if (classes !== null) rmSync(classes, { recursive: true, force: true })
})

/** Compiles the programs of test/parts once; the folder to run them in. */
export function hapiFolder(): string {
  if (classes === null) {
    classes = mkdtempSync(join(tmpdir(), 'hl7bench-hapi-'))
    const sources = readdirSync(PROGRAMS).filter(name => name.endsWith('.java'))
    execFileSync('javac', ['-encoding', 'UTF-8', '-nowarn', '-cp', JARS, '-d', classes, ...sources], {
      cwd: PROGRAMS,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  }
  return classes
}

export const javaArgs = (program: string, ...args: readonly string[]): string[] => [
  '-Xmx512m',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=off',
  '-cp',
  [hapiFolder(), JARS].join(delimiter),
  program,
  ...args,
]

export interface HapiReceiver {
  readonly port: number
  /** Ends it; what it received. */
  end(): Promise<{ readonly received: number; readonly names: readonly string[]; readonly longest: number }>
}

/** HAPI's receiver with its default validation, for the length of one test. */
export async function hapiReceiver(): Promise<HapiReceiver> {
  const child = spawn('java', javaArgs('Receiver', '0'), { cwd: hapiFolder(), stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout }).on('line', line => lines.push(line))
  const end = async () => {
    child.stdin.end()
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await exited
    clearTimeout(timer)
    const [, received = '0', names = '', longest = '0'] = lines
    return { received: Number(received), names: names.split(' ').filter(Boolean), longest: Number(longest) }
  }
  onTestFinished(async () => void (await end()))
  await Promise.race([once(reader, 'line'), exited])
  if (lines.length === 0) throw new Error('HAPI did not come to listen')
  return { port: Number(lines[0]), end }
}
