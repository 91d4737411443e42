import type { Bytes, Expectation, RequestDraft, RequestStream } from '../../model/stream.ts'
import type { EncodeRequest } from './request.ts'

export interface RequestBufferOptions {
  readonly stream: RequestStream
  readonly encode: EncodeRequest
  /** Writes the identity of request `index` (X-Request-Id) and returns it; the bytes are reused. */
  readonly identityOf: (index: number) => Uint8Array
}

/** A FHIR request made ready to be sent, in memory that the next one is made in as well. */
export class RequestBuffer {
  readonly #options: RequestBufferOptions
  readonly #draft: RequestDraft = newDraft()
  #bytes: Bytes = { bytes: new Uint8Array(4096), length: 0 }

  constructor(options: RequestBufferOptions) {
    this.#options = options
  }

  get length(): number {
    return this.#bytes.length
  }

  /** What is expected of the reply. */
  get expected(): Expectation {
    return this.#options.stream.operations[this.#draft.operation]!
  }

  /** The whole request; its memory is used again. */
  get bytes(): Uint8Array {
    return this.#bytes.bytes.subarray(0, this.#bytes.length)
  }

  make(index: number): void {
    this.#options.stream.render(index, this.#draft)
    this.#encode(index)
  }

  /** Makes the search `index`, which was made before, ask for another page: a path with its query, below the FHIR base. */
  makePage(index: number, target: string): void {
    const { path, ifNoneExist, body } = this.#draft
    this.#draft.method = 'GET'
    path.bytes = Buffer.from(target)
    path.length = path.bytes.length
    ifNoneExist.length = 0
    body.length = 0
    this.#encode(index)
  }

  /** The next request gets other memory. */
  refresh(): void {
    this.#bytes = { bytes: new Uint8Array(Math.min(this.#bytes.bytes.length, 65536)), length: 0 }
  }

  #encode(index: number): void {
    const { encode, identityOf } = this.#options
    encode(this.#draft, identityOf(index), this.#bytes, this.expected.total !== null)
  }
}

function newDraft(): RequestDraft {
  const bytes = (): Bytes => ({ bytes: new Uint8Array(1024), length: 0 })
  return {
    operation: 0,
    method: 'GET',
    path: bytes(),
    ifNoneExist: bytes(),
    body: bytes(),
    contentType: 'application/fhir+json',
  }
}
