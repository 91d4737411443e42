import type { Finding } from './finding.ts'
import type { Parts } from './parse.ts'

/** Reads go by id, and only the built-in server gives patient k of the population the id that hl7bench knows. */
export function checkReads({ load, environment, sut }: Parts): readonly Finding[] {
  if (environment?.kind !== 'attached' && !sut?.start) return []
  return load.flatMap((item, index) => {
    if (item?.protocol !== 'fhir' || item.populate === 'never' || !Array.isArray(item.operations)) return []
    return item.operations.flatMap((operation, place) =>
      typeof operation === 'object' && 'read' in operation
        ? [
            {
              path: ['load', index, 'operations', place],
              expected:
                'an operation that does not go by id, as the server gives ids of its own to the patients that are loaded into it',
              found: operation,
              hint: "search by identifier or hicnHash, make the request by code with ids of yours, or set populate: 'never' where the server holds patients p0, p1 ..",
            },
          ]
        : [],
    )
  })
}
