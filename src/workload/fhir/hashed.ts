import type { Expectation, RequestDraft } from '../../model/stream.ts'
import { assign, resize } from '../bytes.ts'
import { searchToken, unlessExists } from './bundle.ts'
import { EXISTED, rename, variants } from './create.ts'
import type { OperationContext } from './operation.ts'
import { patientResource } from './resources.ts'
import { withFormat } from './search.ts'
import { compileRequest, HASH_SLOT, type RequestState, writeRequest } from './slots.ts'
import { HICN_HASH_SYSTEM } from './systems.ts'

const HASH = { system: HICN_HASH_SYSTEM, value: HASH_SLOT }

/**
 * The requests of an initial load: index i below `records` creates record i unless a Patient of its hash exists, `records` + i searches
 * record i by its hash, which must be found once. @throws Error when no hashes are to be had
 */
export function hashedWriter(
  records: number,
  { seed, charset, format, identity, hashOf }: OperationContext,
  operations: Expectation[],
): (index: number, draft: RequestDraft) => void {
  if (hashOf === null) throw new Error('the records of an initial load are hashed, but no hashes were given')
  const encoder = new TextEncoder()
  const [createPath, searchPath] = [encoder.encode('/Patient'), encoder.encode('/Patient/_search')]
  const bodies = variants(k => rename(patientResource(seed, k, charset)))
  const condition = compileRequest(unlessExists(HASH))
  const query = compileRequest(withFormat(`identifier=${searchToken(HASH)}`, format))
  const state: RequestState = { index: 0, hashSeed: 0, hashOf: 0, hash: null, number: 0 }
  const creates = operations.push({
    name: 'create Patient unless its hash exists',
    statuses: [201, ...EXISTED],
    resourceType: null,
    total: null,
    existed: EXISTED,
  })
  const searches = operations.push({
    name: 'search Patient by its hash',
    statuses: [200],
    resourceType: 'Bundle',
    total: 1,
  })

  return (index, draft) => {
    const isCreate = index < records
    const record = isCreate ? index : index - records
    state.index = index
    state.hash = encoder.encode(hashOf(record))
    draft.operation = (isCreate ? creates : searches) - 1
    draft.method = 'POST'
    draft.ifNoneExist.length = 0
    const template = isCreate ? bodies[record % bodies.length]! : query
    draft.contentType = isCreate ? 'application/fhir+json' : 'application/x-www-form-urlencoded'
    assign(draft.path, isCreate ? createPath : searchPath)
    writeRequest(template, state, identity, resize(draft.body, template.bytes.length))
    if (isCreate) writeRequest(condition, state, identity, resize(draft.ifNoneExist, condition.bytes.length))
  }
}
