import { EnvironmentError } from './error.ts'
import type { GuardianReport } from './guardianProtocol.ts'

type Awaited = 'spawned' | 'exited' | 'ended'
type ReportOf<T extends Awaited> = GuardianReport & { type: T }

/** Hands the guardian's reports to those who wait for them. */
export interface ReportDesk {
  deliver(report: GuardianReport): void
  /** The next report of a type about `id`. Rejects when the guardian is lost and, for `spawned`, when nothing could be started. */
  next<T extends Awaited>(type: T, id: string): Promise<ReportOf<T>>
  /** No report will come any more. */
  lose(reason: unknown): void
}

export function createReportDesk(): ReportDesk {
  const waiting = new Map<string, PromiseWithResolvers<GuardianReport>>()
  let lost: { readonly reason: unknown } | null = null
  const take = (type: Awaited, id: string) => {
    const key = `${type} ${id}`
    const waiter = waiting.get(key)
    waiting.delete(key)
    return waiter
  }
  return {
    deliver(report) {
      if (report.type !== 'spawn-failed') return take(report.type, report.id)?.resolve(report)
      take('exited', report.id)
      take('spawned', report.id)?.reject(startError(report.id, report.message))
    },
    next(type, id) {
      if (lost !== null) return Promise.reject(lost.reason)
      const key = `${type} ${id}`
      const waiter = waiting.get(key) ?? Promise.withResolvers<GuardianReport>()
      waiting.set(key, waiter)
      return waiter.promise as Promise<ReportOf<typeof type>>
    },
    lose(reason) {
      lost = { reason }
      for (const waiter of waiting.values()) waiter.reject(reason)
      waiting.clear()
    },
  }
}

export const startError = (id: string, message: string) =>
  new EnvironmentError(
    'start',
    'environment',
    `${id} could not be started: ${message}; check its working folder and the limits on processes`,
  )
