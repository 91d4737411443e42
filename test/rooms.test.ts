import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize, relative, sep } from 'node:path'
import { expect, test } from 'vitest'

const SRC = join(import.meta.dirname, '..', 'src')

/** What each room may import; the files at the root stand for rooms of their own. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  stats: ['model'],
  protocol: ['model'],
  workload: ['model'],
  scenario: ['model', 'stats', 'workload', 'protocol', 'mask.ts', 'index.ts', 'ownPackage.ts', 'run.ts', 'compare.ts'],
  ledger: ['model', 'stats', 'workload', 'protocol'],
  target: ['model', 'workload', 'protocol', 'ledger'],
  environment: ['model', 'stats', 'workload', 'protocol', 'gitCommand.ts', 'mask.ts'],
  generator: ['model', 'stats', 'workload', 'protocol', 'ledger', 'index.ts', 'ownPackage.ts', 'run.ts', 'compare.ts'],
  results: ['model', 'stats', 'workload', 'protocol', 'gitCommand.ts', 'mask.ts'],
  report: ['model', 'stats'],
  experiment: [
    'model',
    'stats',
    'workload',
    'protocol',
    'scenario',
    'ledger',
    'target',
    'environment',
    'generator',
    'results',
    'cacheFolder.ts',
    'gitCommand.ts',
    'mask.ts',
  ],
}

/** Numbers and text in, numbers and text out: the modules from outside that a pure room may use. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  model: [],
  stats: ['hdr-histogram-js', 'simple-statistics'],
  workload: ['node-hl7-client'],
  report: ['cli-table3', 'zod'],
}

interface SourceFile {
  /** Relative to src, with slashes. */
  readonly name: string
  readonly room: string
  readonly text: string
  readonly specifiers: readonly string[]
}

const IMPORTS = /^(?:import|export)\s[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm

function readSources(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => {
      const text = readFileSync(join(SRC, name), 'utf8')
      const specifiers = [...text.matchAll(IMPORTS)].map(match => (match[1] ?? match[2] ?? match[3])!)
      return { name: name.replaceAll(sep, '/'), room: roomOf(name), text, specifiers }
    })
}

/** The first folder, or the file itself when it lies at the root. */
const roomOf = (name: string): string => name.split(sep)[0]!

const importedRoom = (file: SourceFile, specifier: string): string =>
  roomOf(relative(SRC, normalize(join(SRC, dirname(file.name), specifier))))

/** Name of the package, without the path below it. */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

const sources = readSources()

test('every room imports only what lies below it', () => {
  const wrong = sources.flatMap(file => {
    const allowed = MAY_IMPORT[file.room]
    if (allowed === undefined) return []
    return file.specifiers
      .filter(specifier => specifier.startsWith('.'))
      .filter(specifier => ![file.room, ...allowed].includes(importedRoom(file, specifier)))
      .map(specifier => `${file.name} imports ${specifier}`)
  })
  expect(wrong).toEqual([])
})

test('every room has its place in the table, except the command line, which may import all', () => {
  const rooms = new Set(sources.map(({ room }) => room).filter(room => !room.endsWith('.ts')))
  expect([...rooms].sort()).toEqual([...Object.keys(MAY_IMPORT), 'cli'].sort())
})

test('every import is seen: none hides in a form that this test does not read', () => {
  const unseen = sources.filter(
    ({ text, specifiers }) => (text.match(/^import\s|^export .* from '/gm)?.length ?? 0) > specifiers.length,
  )
  expect(unseen.map(({ name }) => name)).toEqual([])
})

test('pure rooms import no node: module and no package but their own few', () => {
  const wrong = sources.flatMap(({ name, room, specifiers }) => {
    const allowed = PURE[room]
    if (allowed === undefined) return []
    return specifiers
      .filter(specifier => !specifier.startsWith('.') && !allowed.includes(packageOf(specifier)))
      .map(specifier => `${name} imports ${specifier}`)
  })
  expect(wrong).toEqual([])
})

test('within the workload, only the validation of templates knows the HL7 package', () => {
  const users = sources.filter(
    ({ room, specifiers }) => room === 'workload' && specifiers.some(each => packageOf(each) === 'node-hl7-client'),
  )
  expect(users.map(({ name }) => name)).toEqual(['workload/hl7/validate.ts'])
})

test('pure rooms know neither the time nor chance', () => {
  const wrong = sources.filter(
    ({ room, text }) => room in PURE && /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(/.test(text),
  )
  expect(wrong.map(({ name }) => name)).toEqual([])
})

test('no room imports, over however many others, itself', () => {
  const below = new Map<string, Set<string>>()
  for (const file of sources) {
    const rooms = below.get(file.room) ?? new Set()
    for (const specifier of file.specifiers) if (specifier.startsWith('.')) rooms.add(importedRoom(file, specifier))
    rooms.delete(file.room)
    below.set(file.room, rooms)
  }
  const reachable = (room: string, seen = new Set<string>()): Set<string> => {
    for (const next of below.get(room) ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      reachable(next, seen)
    }
    return seen
  }
  expect([...below.keys()].filter(room => reachable(room).has(room))).toEqual([])
})

test('no file is longer than 300 lines', () => {
  const long = sources.filter(({ text }) => text.split('\n').length - 1 > 300)
  expect(long.map(({ name, text }) => `${name}: ${text.split('\n').length - 1} lines`)).toEqual([])
})

test('no file is a drawer for everything', () => {
  const drawers = sources.filter(({ name }) => /^(utils?|helpers?|misc|common)$/i.test(basename(name, '.ts')))
  expect(drawers.map(({ name }) => name)).toEqual([])
})
