import { readFileSync } from 'node:fs'

/** proc_pid_stat(5) counts CPU time in ticks, of which Linux has a hundred a second on every architecture (USER_HZ). */
const MS_PER_TICK = 10

/** CPU time that a process has used, user and system, all threads, ms (to 10 ms); null where the system does not tell, or it is gone. */
export function cpuTimeMs(pid: number): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in field 2 may itself hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
  } catch {
    return null
  }
}
