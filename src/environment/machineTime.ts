import { readFileSync } from 'node:fs'

/** In proc_stat(5): hundredths of a second on every architecture (USER_HZ). */
const MS_PER_TICK = 10

/** CPU time that all cores of the machine have spent on anything, or that its host took of it, ms (to 10 ms for each core); null where the system does not tell. */
export function machineTimeMs(): number | null {
  try {
    const line = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!
    // user nice system idle iowait irq softirq steal; guests are counted in user.
    const [user, nice, system, , , irq, softirq, steal] = line.trim().split(/\s+/).slice(1, 9).map(Number)
    return (user! + nice! + system! + irq! + softirq! + (steal ?? 0)) * MS_PER_TICK
  } catch {
    return null
  }
}
