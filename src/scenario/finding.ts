import type { Path } from './path.ts'

/** One thing wrong with a scenario, before it is known where its file says so. */
export interface Finding {
  readonly path: Path
  readonly expected: string
  /** The offending value; undefined = nothing there. */
  readonly found: unknown
  /** The remedy, as one clause; null when `expected` says it all. */
  readonly hint: string | null
}

/** Settled by the caller of the pure part: where relative names start and what is on disk. */
export interface Place {
  /** Absolute file name of the scenario; null when it was built from flags. */
  readonly file: string | null
  /** Makes a name relative to the scenario's folder absolute. */
  resolve(name: string): string
  /** Absolute names of the files that a name or glob stands for, sorted. */
  glob(pattern: string): readonly string[]
  isFolder(absolute: string): boolean
  /** Values of environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>
}
