import { appendFileSync, statSync } from 'node:fs'
import { type Announced, annotationsOf } from '../report/annotations.ts'
import type { Console } from './console.ts'

/** GitHub refuses summaries above 1 MiB. */
const MOST_SUMMARY_BYTES = 900_000

/**
 * Tells a build server what came out: on GitHub Actions annotations in the log and the report in the step's summary
 * (docs.github.com, Workflow commands).
 */
export function announce(report: Announced, markdown: string, { err, mask }: Console): void {
  if (process.env.GITHUB_ACTIONS === 'true') for (const line of annotationsOf(report)) err(`${line}\n`)
  const file = process.env.GITHUB_STEP_SUMMARY
  if (file === undefined || file === '') return
  try {
    const size = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) + Buffer.byteLength(markdown)
    if (size < MOST_SUMMARY_BYTES) appendFileSync(file, `${mask(markdown)}\n`)
  } catch (error) {
    err(`warning: the step summary could not be written: ${(error as Error).message}\n`)
  }
}
