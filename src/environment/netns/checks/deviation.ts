/** What the gateways say of their tunnels, set against what was asked for. */
export interface Account {
  readonly deviations: readonly Deviation[]
  /** What was looked at, and how, where nothing deviates. */
  readonly evidence: string
}

/** A parameter of a tunnel that is not as asked at one of its ends. */
export interface Deviation {
  readonly tunnel: string
  /** Gateway that says so. */
  readonly host: string
  readonly parameter: string
  readonly found: string
  readonly expected: string
}

/** One parameter: its name, what was found, what was asked for. */
export type Point = readonly [parameter: string, found: unknown, expected: unknown]

/** The points that differ; lists are sets. */
export function deviationsOf(tunnel: string, host: string, points: readonly Point[]): Deviation[] {
  return points.flatMap(([parameter, found, expected]) =>
    written(found) === written(expected)
      ? []
      : [{ tunnel, host, parameter, found: written(found), expected: written(expected) }],
  )
}

const written = (value: unknown): string =>
  value === undefined ? 'none' : Array.isArray(value) ? [...value].sort().join(', ') || 'none' : String(value)
