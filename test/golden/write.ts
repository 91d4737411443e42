import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { goldenSamples } from './samples.ts'

/* Writes the golden files anew, after a change of templates that was meant: `npm run golden`, then look at `git diff`. */
for (const folder of ['hl7', 'fhir']) rmSync(join(import.meta.dirname, folder), { recursive: true, force: true })
for (const [name, content] of goldenSamples()) {
  const file = join(import.meta.dirname, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content, 'utf8')
}
