import type { CacheControl, FhirFormat } from '../../model/fhirLoad.ts'
import type { Bytes, RequestDraft } from '../../model/stream.ts'

export interface RequestHead {
  /** `host:port` as the Host header names it. */
  readonly authority: string
  /** Path of the FHIR base, without a trailing slash. */
  readonly basePath: string
  /** Whether the reply may be gzipped; default not. */
  readonly compress?: boolean
  /** What replies are asked for in; default JSON. */
  readonly format?: FhirFormat
  /** Cache-Control of requests whose answer is verified to be of now; default none. */
  readonly cache?: CacheControl
  /** Whose header, read anew for each request, says who asks; default null = nobody. */
  readonly bearer?: { readonly header: Uint8Array } | null
}

/** Writes a request as HTTP/1.1 bytes into a reused buffer, growing it where needed. */
export type EncodeRequest = (draft: RequestDraft, requestId: Uint8Array, out: Bytes, isVerified?: boolean) => void

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const IF_NONE_EXIST = bytesOf('If-None-Exist: ')
const NO_BYTES = new Uint8Array(0)
const END_OF_LINE = bytesOf('\r\n')

/** Compiles the constant parts of every request once. */
export function createRequestEncoder({
  authority,
  basePath,
  compress = false,
  format = 'json',
  cache = 'default',
  bearer = null,
}: RequestHead): EncodeRequest {
  const methods = {
    GET: bytesOf(`GET ${basePath}`),
    POST: bytesOf(`POST ${basePath}`),
    PUT: bytesOf(`PUT ${basePath}`),
  }
  const common = bytesOf(
    ` HTTP/1.1\r\nHost: ${authority}\r\nAccept: application/fhir+${format}\r\nAccept-Encoding: ${compress ? 'gzip' : 'identity'}\r\nUser-Agent: hl7bench\r\nX-Request-Id: `,
  )
  const cacheControl = bytesOf(cache === 'default' ? '' : `Cache-Control: ${cache}\r\n`)
  const lengthOf = {
    'application/fhir+json': bytesOf('Content-Type: application/fhir+json\r\nContent-Length: '),
    'application/x-www-form-urlencoded': bytesOf('Content-Type: application/x-www-form-urlencoded\r\nContent-Length: '),
  }
  return (draft, requestId, out, isVerified = false) => {
    const { method, path, ifNoneExist, body } = draft
    const authorization = bearer === null ? NO_BYTES : bearer.header
    out.length = 0
    const lines = common.length + authorization.length + path.length + ifNoneExist.length + requestId.length
    reserve(out, lines + body.length + basePath.length + 256)
    put(out, methods[method], methods[method].length)
    put(out, path.bytes, path.length)
    put(out, common, common.length)
    put(out, requestId, requestId.length)
    put(out, END_OF_LINE, 2)
    put(out, authorization, authorization.length)
    if (ifNoneExist.length > 0) {
      put(out, IF_NONE_EXIST, IF_NONE_EXIST.length)
      put(out, ifNoneExist.bytes, ifNoneExist.length)
      put(out, END_OF_LINE, 2)
    }
    if (isVerified) put(out, cacheControl, cacheControl.length)
    if (method !== 'GET') {
      const constant = lengthOf[draft.contentType]
      put(out, constant, constant.length)
      putNumber(out, body.length)
      put(out, END_OF_LINE, 2)
    }
    put(out, END_OF_LINE, 2)
    put(out, body.bytes, body.length)
  }
}

function reserve(out: Bytes, bytes: number): void {
  if (out.bytes.length < bytes) out.bytes = new Uint8Array(Math.max(bytes, out.bytes.length * 2))
}

function put(out: Bytes, bytes: Uint8Array, length: number): void {
  const at = out.length
  // Short runs are cheaper byte by byte than through a view.
  if (length < 32) for (let i = 0; i < length; i++) out.bytes[at + i] = bytes[i]!
  else out.bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), at)
  out.length = at + length
}

function putNumber(out: Bytes, value: number): void {
  let digits = 1
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++
  let rest = value
  for (let at = out.length + digits - 1; at >= out.length; at--) {
    out.bytes[at] = 0x30 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  out.length += digits
}
