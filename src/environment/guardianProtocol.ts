/** Lines that the controller writes to the guardian. The end of the input means: end everything. */
export type GuardianRequest =
  | {
      readonly op: 'spawn'
      readonly id: string
      readonly argv: readonly [string, ...string[]]
      readonly cwd: string
      /** The whole environment, mark included. */
      readonly env: Readonly<Record<string, string>>
      /** Files that the output is appended to. */
      readonly stdout: string
      readonly stderr: string
    }
  /** A process, leader of its own group, that the controller spawned itself. */
  | { readonly op: 'watch'; readonly id: string; readonly pid: number; readonly startedAt: string }
  /** A watched process has ended. */
  | { readonly op: 'forget'; readonly id: string }
  /** Ends `id` and everything below it. */
  | { readonly op: 'end'; readonly id: string; readonly graceMs: number }

/** Lines that the guardian writes. */
export type GuardianReport =
  | { readonly type: 'spawned'; readonly id: string; readonly pid: number; readonly startedAt: string }
  | { readonly type: 'spawn-failed'; readonly id: string; readonly message: string }
  | { readonly type: 'exited'; readonly id: string; readonly code: number | null; readonly signal: string | null }
  | { readonly type: 'ended'; readonly id: string; readonly survivors: readonly number[] }
