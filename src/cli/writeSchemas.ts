import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { calibrationSchema } from '../report/calibration/schema.ts'
import { capacitySchema } from '../report/capacitySchema.ts'
import { comparisonSchema, reportSchema } from '../report/schema.ts'

/* Writes the JSON Schemas of what the commands print into the folder named: run by the build. */
const folder = process.argv[2]!
for (const [name, schema] of [
  ['report', reportSchema],
  ['comparison', comparisonSchema],
  ['capacity', capacitySchema],
  ['calibration', calibrationSchema],
] as const)
  writeFileSync(join(folder, `${name}.schema.json`), `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`)
