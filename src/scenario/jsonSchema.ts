import { z } from 'zod'
import { scenarioSchema } from './schema.ts'

/** JSON Schema (draft 2020-12) of a scenario as YAML and JSON write it: everything but the functions that only modules can hold. */
export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(scenarioSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'custom') jsonSchema.not = {}
    },
  })
  return { ...schema, title: 'hl7bench scenario' }
}
