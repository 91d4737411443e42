import type { Expectation, RequestDraft } from '../../model/stream.ts'
import { assign } from '../bytes.ts'
import { CodeFault, callCode, typeName } from '../codeFault.ts'
import { createRandom, hash32 } from '../random.ts'

const CODE = 0x66636f64
/** Enough for a choice of operations; a total that differs in every request belongs in a search operation. */
const MOST_EXPECTATIONS = 256
const METHODS: readonly unknown[] = ['GET', 'POST', 'PUT'] satisfies RequestDraft['method'][]
const CONTENT_TYPES: readonly unknown[] = [
  'application/fhir+json',
  'application/x-www-form-urlencoded',
] satisfies RequestDraft['contentType'][]
/** All else would break the request line, or be read differently by servers. */
const PRINTABLE = /^[!-~]+$/

/** A request of a user's function. Objects are sent as JSON. */
export interface MadeRequest {
  readonly method: RequestDraft['method']
  /** Below the FHIR base, percent-encoded, with its leading slash. */
  readonly path: string
  readonly body?: string | Uint8Array | object
  readonly ifNoneExist?: string
  /** Default `application/fhir+json`. */
  readonly contentType?: RequestDraft['contentType']
  /** Default: status 200 or 201, anything in the body. */
  readonly expect?: Partial<Expectation>
}

/** Makes request `index` from a random source that is seeded by run and index: the same whenever it is called. */
export type RequestMaker = (index: number, random: () => number) => MadeRequest

/**
 * Writes the requests of a function. Each different `expect` becomes an operation of its own: it is appended to `operations` when
 * it is first seen.
 * @throws CodeFault when a request has another method than GET, POST and PUT, no path below the base or no If-None-Exist in printable ASCII,
 * another content type than these, or when there are more than 256 different expectations
 */
export function codeWriter(
  make: RequestMaker,
  seed: number,
  operations: Expectation[],
): (index: number, draft: RequestDraft) => void {
  const encoder = new TextEncoder()
  const known = new Map<string, number>()

  function operationOf(expect: Partial<Expectation> = {}): number {
    const expectation = { name: 'code', statuses: [200, 201], resourceType: null, total: null, ...expect }
    const key = JSON.stringify(expectation)
    const operation = known.get(key)
    if (operation !== undefined) return operation
    if (known.size === MOST_EXPECTATIONS) {
      throw new CodeFault(
        `the function gave more than ${MOST_EXPECTATIONS} different expectations; use fewer, or expect total: null`,
      )
    }
    known.set(key, operations.push(expectation) - 1)
    return operations.length - 1
  }

  function encode(body: MadeRequest['body']): Uint8Array {
    if (body instanceof Uint8Array) return body
    return encoder.encode(typeof body === 'string' ? body : JSON.stringify(body))
  }

  return (index, draft) => {
    const what = `request ${index} of the function`
    const made = callCode(what, () => make(index, createRandom(hash32(seed, CODE, index))))
    check(made, what)
    draft.operation = operationOf(made.expect)
    draft.method = made.method
    draft.contentType = made.contentType ?? 'application/fhir+json'
    assign(draft.path, encoder.encode(made.path))
    assign(draft.ifNoneExist, encoder.encode(made.ifNoneExist ?? ''))
    assign(draft.body, made.body === undefined ? new Uint8Array() : callCode(what, () => encode(made.body)))
  }
}

/** @throws CodeFault that tells nothing of the request */
function check(made: MadeRequest, what: string): void {
  if (typeof made !== 'object' || made === null || typeName(made) === 'a Promise')
    throw new CodeFault(`${what} is ${typeName(made)}; return at once an object with method and path`)
  const { method, path, contentType = CONTENT_TYPES[0], ifNoneExist = '' } = made
  if (typeof path !== 'string' || !path.startsWith('/')) {
    const found = typeof path === 'string' ? 'a path without a slash in front' : `${typeName(path)} as path`
    throw new CodeFault(`${what} has ${found}; begin it with / below the FHIR base`)
  }
  if (!PRINTABLE.test(path))
    throw new CodeFault(
      `${what} has a path with a space or another character that is not printable ASCII; percent-encode it`,
    )
  if (!METHODS.includes(method))
    throw new CodeFault(`${what} has a method that is not supported; use GET, POST or PUT, in capitals`)
  if (!CONTENT_TYPES.includes(contentType))
    throw new CodeFault(`${what} has a contentType that is not supported; use ${CONTENT_TYPES.join(' or ')}`)
  if (ifNoneExist !== '' && !PRINTABLE.test(ifNoneExist))
    throw new CodeFault(
      `${what} has an ifNoneExist with a space or another character that is not printable ASCII; percent-encode it`,
    )
}
