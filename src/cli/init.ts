import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { scenarioTemplate } from '../scenario/template.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'

export function addInit(program: Command, console: () => Console): void {
  program
    .command('init')
    .description('write a commented scenario to begin with')
    .argument(
      '[file]',
      'name of the new file; .yaml gives YAML (default: my.bench.ts, in a package of type commonjs my.bench.mts)',
    )
    .option('--json', 'print the result as JSON')
    .action((given: string | undefined, { json }: { json?: boolean }) => {
      const file = given ?? (isCommonJs('.') ? 'my.bench.mts' : 'my.bench.ts')
      checkName(file)
      try {
        writeFileSync(file, scenarioTemplate(/\.ya?ml$/.test(file) ? 'yaml' : 'ts'), { flag: 'wx' })
      } catch (error) {
        throw new UsageError(
          `${file} cannot be written: ${(error as Error).message}; name a folder that exists and may be written`,
        )
      }
      if (json) return console().out(`${JSON.stringify({ schema: 'hl7bench.init/1', file })}\n`)
      console().out(`wrote ${file}; edit it, then: npx hl7bench run ${file}\n`)
    })
}

/** What `run` could not read is not written. @throws UsageError */
function checkName(file: string): void {
  const [ending] = /\.(m?[tj]s|ya?ml)$/.exec(file) ?? []
  if (ending === undefined)
    throw new UsageError(`${file}: no scenario would be read from it; name it .ts, .mts, .js, .mjs, .yaml or .yml`)
  if (existsSync(file)) throw new UsageError(`${file} exists; name another file, it is not overwritten`)
  if ((ending === '.ts' || ending === '.js') && isCommonJs(dirname(file)))
    throw new UsageError(
      `${file}: Node could not load it, for package.json says "type": "commonjs"; name it ${file.replace(/[tj]s$/, 'm$&')}, or set "type": "module" there`,
    )
}

/** Whether the nearest package.json says so; without a type Node looks at the file itself. */
function isCommonJs(folder: string): boolean {
  const here = resolve(folder)
  const manifest = join(here, 'package.json')
  if (existsSync(manifest)) return typeIn(manifest) === 'commonjs'
  return here !== dirname(here) && isCommonJs(dirname(here))
}

function typeIn(manifest: string): unknown {
  try {
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { type?: unknown }).type
  } catch {
    return undefined
  }
}
