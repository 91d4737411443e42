import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

/** Version of hl7bench, or of a package that is installed for it. */
export function packageVersion(name: string): string {
  const folder = name === 'hl7bench' ? ROOT : join(ROOT, 'node_modules', name)
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version
}
