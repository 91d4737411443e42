import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import { resolveOwnPackage } from '../ownPackage.ts'
import { type Complaint, ScenarioError } from './complaint.ts'
import type { Path } from './path.ts'
import { type Position, readYamlDocument } from './yamlDocument.ts'

/** What a scenario file says, before any check. */
export interface Source {
  readonly raw: unknown
  /** File URL of a module; null for YAML and JSON. */
  readonly module: string | null
  /** 1-based place of a value or key, as deep along the path as the file goes; null where the source does not tell. */
  readonly locate: (path: Path) => Position | null
}

const MODULES: readonly string[] = ['.ts', '.mts', '.js', '.mjs']
const DOCUMENTS: readonly string[] = ['.yaml', '.yml', '.json']

/** Reads an absolute file name by its ending. Throws ScenarioError. */
export async function readSource(file: string, mask: (text: string) => string): Promise<Source> {
  const ending = extname(file).toLowerCase()
  const fail = (complaint: Partial<Complaint>) =>
    new ScenarioError([{ file, line: null, column: null, path: '', expected: '', found: '', hint: null, ...complaint }])
  if (![...MODULES, ...DOCUMENTS].includes(ending)) {
    throw fail({
      expected: `a scenario file ending in ${[...MODULES, ...DOCUMENTS].join(', ')}`,
      found: ending || 'no ending',
      hint: '`hl7bench init` writes a scenario to start from',
    })
  }
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fail({
      expected: 'a file that can be read',
      found: error.code ?? error.message,
      hint: '`hl7bench init` writes a scenario to start from',
    })
  })
  if (DOCUMENTS.includes(ending)) return readDocument(file, text, mask)
  return readModule(file, mask, fail)
}

async function readModule(
  file: string,
  mask: (text: string) => string,
  fail: (complaint: Partial<Complaint>) => ScenarioError,
): Promise<Source> {
  resolveOwnPackage()
  const { href } = pathToFileURL(file)
  const exported = (await import(/* @vite-ignore */ href).catch((error: unknown) => {
    const place = placeInStack(error, file, href)
    const found = error instanceof Error ? `${error.name}: ${error.message}` : `a thrown ${typeof error}`
    throw fail({
      ...place,
      expected: 'a module that can be imported',
      found: mask(found),
      hint: 'the file is run by Node as it is: fix the error above (in a package of type commonjs name it .mts; outside node_modules only)',
    })
  })) as { default?: unknown }
  if (exported.default === undefined) {
    throw fail({ expected: 'a default export', found: 'none', hint: 'export default defineScenario({ ... })' })
  }
  return { raw: exported.default, module: href, locate: () => null }
}

/** Where in the scenario file an error came from, out of its stack: `file:///x.ts:3:7`, or `/x.ts:3` above a syntax error. */
function placeInStack(error: unknown, file: string, href: string): Position | Record<string, never> {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const name of [href, file, fileURLToPath(href)]) {
    const after = stack.split(`${name}:`)[1]
    const match = after && /^(\d+)(?::(\d+))?/.exec(after)
    if (match) return { line: Number(match[1]), column: Number(match[2] ?? 1) }
  }
  return {}
}

function readDocument(file: string, text: string, mask: (text: string) => string): Source {
  const read = readYamlDocument(text)
  if ('faults' in read)
    throw new ScenarioError(read.faults.map(fault => ({ file, path: '', ...fault, found: mask(fault.found) })))
  const { value, document, position } = read
  const locate = (path: Path) => {
    let node: unknown = document.contents
    let offset = 0
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document)
      const pair = isMap(node)
        ? node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step))
        : undefined
      const next: unknown = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined
      const start = (pair ? pair.key : next) as { range?: readonly number[] | null } | undefined
      if (!start?.range) break
      offset = start.range[0]!
      node = next
    }
    return position(offset)
  }
  return { raw: value, module: null, locate }
}
