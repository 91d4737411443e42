import type { Arm } from '../../model/experiment.ts'
import type { Announced } from '../annotations.ts'
import { firstLine } from '../failure.ts'
import { escapeMarkdown } from '../markdown.ts'
import { markerOf } from './markdown.ts'
import { armTitle } from './wording.ts'

/** What is told of two arms of which no run began. @param why the error; what it quotes below its first line stays in the log */
export function notCompared(
  name: string,
  [baseline, candidate]: readonly [baseline: Arm, candidate: Arm],
  why: { readonly code: number; readonly text: string },
): Announced {
  const reason = firstLine(why.text)
  const answer = `hl7bench: ${name}: ${armTitle(candidate)} was not compared with ${armTitle(baseline)}`
  return { name, answer, exit: { code: why.code, reason } }
}

/** With the marker of a comparison's comment, so that it takes the place of an older one. */
export function renderNotComparedMarkdown({ name, answer, exit }: Announced): string {
  return `${markerOf(name)}\n⚠️ **${escapeMarkdown(answer)}**\n\nExit code ${exit.code}: ${escapeMarkdown(exit.reason)}\n`
}
