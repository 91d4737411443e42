import { existsSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { scenarioTemplate } from '../scenario/template.ts'
import type { Console } from './console.ts'
import { UsageError } from './errors.ts'

export function addInit(program: Command, console: () => Console): void {
  program
    .command('init')
    .description('write a commented scenario to begin with')
    .argument('[file]', 'name of the new file; .yaml gives YAML', 'my.bench.ts')
    .option('--json', 'print the result as JSON')
    .action((file: string, { json }: { json?: boolean }) => {
      if (existsSync(file)) throw new UsageError(`${file} exists; name another file, it is not overwritten`)
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
