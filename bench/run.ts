import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BENCHES } from './benches.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { createProcesses } from './processes.ts'
import { compareSenders } from './sideBySide.ts'
import { tell } from './tell.ts'

const processes = createProcesses()
const folder = mkdtempSync(join(tmpdir(), 'hl7bench-bench-'))
process.on('exit', () => {
  processes.endAll()
  rmSync(folder, { recursive: true, force: true })
})
process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))

try {
  const options = readOrExplain()
  console.log(JSON.stringify(await compareSenders(BENCHES[options.name]!, options, processes, folder)))
} catch (error) {
  tell(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

function readOrExplain(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`)
  }
}
