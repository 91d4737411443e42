import type { IncomingMessage } from 'node:http'

/**
 * Reads a whole request body; null = it was longer than `maxBytes`. A longer one is read to its end and thrown away,
 * because a sender whose connection is reset in the middle never sees the answer. A sender that leaves is never answered.
 */
export function readBody(request: IncomingMessage, maxBytes: number, onBody: (body: Buffer | null) => void): void {
  let chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) chunks = []
    else chunks.push(chunk)
  })
  request.on('end', () => {
    if (bytes > maxBytes) onBody(null)
    else onBody(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
  })
}
