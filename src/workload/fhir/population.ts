import type { Charset } from '../../model/scenario.ts'
import type { RequestStream } from '../../model/stream.ts'
import { assign } from '../bytes.ts'
import { transactionBundle } from './bundle.ts'

/**
 * Loads the population over the wire: request k is a transaction Bundle that creates patient k of the seed with its Coverage and
 * ExplanationOfBenefit, each unless it exists, so that loading twice changes nothing. The server gives the ids.
 */
export function populationRequests(seed: number, charset: Charset = 'ascii'): RequestStream {
  const encoder = new TextEncoder()
  const path = encoder.encode('/')
  return {
    operations: [{ name: 'populate', statuses: [200], resourceType: 'Bundle', total: null }],
    render(k, draft) {
      draft.operation = 0
      draft.method = 'POST'
      draft.contentType = 'application/fhir+json'
      draft.ifNoneExist.length = 0
      assign(draft.path, path)
      assign(draft.body, encoder.encode(JSON.stringify(transactionBundle(seed, k, charset))))
    },
  }
}
