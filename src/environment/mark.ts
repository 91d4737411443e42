/** Environment variable that every process started for an experiment carries, and hands down to its descendants. */
export const MARK_VARIABLE = 'HL7BENCH_MARK'

/**
 * Mark of the process `id` of an experiment. Ids are dotted paths (`c0007.r0003.sut-1`): what is done to `c0007` is done
 * to all below it.
 */
export const markOf = (experimentId: string, id: string) => `${experimentId}/${id}`

/** Whether a mark belongs to `id` or lies below it; `id` null = to the experiment. */
export function isMarked(mark: string | null, experimentId: string, id: string | null): boolean {
  if (mark === null) return false
  if (id === null) return mark.startsWith(`${experimentId}/`)
  const whole = markOf(experimentId, id)
  return mark === whole || mark.startsWith(`${whole}.`)
}
