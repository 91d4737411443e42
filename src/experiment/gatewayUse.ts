import type { GatewayReading, GatewayUsage, GatewayWatch } from '../model/environment.ts'
import type { Phases } from '../model/scenario.ts'
import { type PhaseReadings, watchPhase } from './measuredPhase.ts'

/** Meters the daemons of gateways in the measured phase. */
export function watchUse(watch: GatewayWatch | undefined, phases: Phases) {
  const readings = watchPhase(phases, () => watch?.readDaemons() ?? [])
  return {
    ...readings,
    /** Empty where the clone has no gateways. */
    async end(): Promise<{ gateways?: readonly GatewayUsage[] }> {
      const read = await readings.end()
      return watch === undefined ? {} : { gateways: read === null ? [] : gatewayUse(read) }
    },
  }
}

/** One that was not there all the while is left out. */
function gatewayUse({ before, after, seconds }: PhaseReadings<readonly GatewayReading[]>): GatewayUsage[] {
  const former = new Map(before.map(({ pid, cpuSeconds }) => [pid, cpuSeconds]))
  return after.flatMap(({ pid, host, daemon, cpuSeconds, residentBytes }) => {
    const from = former.get(pid)
    return from === undefined ? [] : [{ host, daemon, cpuShare: (cpuSeconds - from) / seconds, residentBytes }]
  })
}
