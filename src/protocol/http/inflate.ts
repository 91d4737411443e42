import { gunzipSync } from 'node:zlib'
import type { Head } from './head.ts'

/**
 * The body behind its content coding, or what is wrong with it. Whatever a small body would inflate to, no more than `mostBytes` are made.
 */
export function inflate(
  body: Uint8Array,
  coding: Head['coding'],
  isAskedFor: boolean,
  mostBytes: number,
): Uint8Array | string {
  if (coding === 'identity' || body.length === 0) return body
  if (coding === 'other') return 'content coding other than gzip'
  if (!isAskedFor) return 'gzip that was not asked for'
  try {
    return gunzipSync(body, { maxOutputLength: mostBytes })
  } catch (error) {
    const isTooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    return isTooLong ? `gzip body inflates beyond ${mostBytes} bytes` : 'gzip body is broken'
  }
}
