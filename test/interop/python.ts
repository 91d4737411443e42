import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from '../fixtures/commandLine.ts'

/** A Python that can import PyPI's hl7: HL7BENCH_PYTHON, else the project's own .venv, else python3; null when there is none. */
export function findPython(): string | null {
  const own = join(PROJECT, '.venv', 'bin', 'python')
  const candidates = [process.env.HL7BENCH_PYTHON, existsSync(own) ? own : undefined, 'python3']
  return candidates.find(candidate => candidate !== undefined && canImportHl7(candidate)) ?? null
}

function canImportHl7(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import hl7.mllp, hl7.client'], { stdio: 'ignore', timeout: 20_000 })
    return true
  } catch {
    return false
  }
}
