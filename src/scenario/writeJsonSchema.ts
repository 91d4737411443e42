import { writeFileSync } from 'node:fs'
import { scenarioJsonSchema } from './jsonSchema.ts'

/** Run by the build: writes the JSON Schema to the file named on the command line. */
const file = process.argv[2]
if (file === undefined) throw new Error('No file to write the JSON Schema to: name it as the first argument.')
writeFileSync(file, `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
