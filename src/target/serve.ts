import type { FhirTargetOptions } from './fhirTarget.ts'
import type { MllpTargetOptions } from './startedTarget.ts'

/** One built-in target to start. */
export type ServeOptions =
  | ({ readonly protocol: 'mllp' } & MllpTargetOptions)
  | ({ readonly protocol: 'fhir' } & FhirTargetOptions)

export interface Served {
  /** Ports by protocol; null = not served. */
  readonly ports: { readonly mllp: number | null; readonly fhir: number | null }
  /** Ends every target, its arrival record flushed. Idempotent. */
  close(): Promise<void>
}

/** Starts built-in targets, all or none: throws, with the remedy, when one cannot listen. Loads only the protocols asked for. */
export async function serve(targets: readonly ServeOptions[]): Promise<Served> {
  const settled = await Promise.allSettled(
    targets.map(async target => ({ protocol: target.protocol, started: await start(target) })),
  )
  const served = settled.filter(each => each.status === 'fulfilled').map(each => each.value)
  const close = async () => void (await Promise.all(served.map(({ started }) => started.close())))
  const failed = settled.find(each => each.status === 'rejected')
  if (failed !== undefined) {
    await close()
    throw failed.reason
  }
  const portOf = (protocol: 'mllp' | 'fhir') => served.find(each => each.protocol === protocol)?.started.port ?? null
  return { ports: { mllp: portOf('mllp'), fhir: portOf('fhir') }, close }
}

async function start(target: ServeOptions) {
  if (target.protocol === 'mllp' && target.transport === 'http')
    return (await import('./hl7HttpTarget.ts')).startHl7HttpTarget(target)
  if (target.protocol === 'mllp') return (await import('./mllpTarget.ts')).startMllpTarget(target)
  return (await import('./fhirTarget.ts')).startFhirTarget(target)
}
