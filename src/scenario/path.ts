/** Place in a scenario: keys and, in lists, indexes. */
export type Path = readonly (string | number)[]

/** `load[0].workload.ratePerSecond`, `slo["mllp.response.p99"]`; the whole scenario is an empty text. */
export function pathText(path: Path): string {
  return path
    .map(step => {
      if (typeof step === 'number') return `[${step}]`
      return /^[\w$-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
    })
    .join('')
    .replace(/^\./, '')
}

export function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const step of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}

/** A copy of `root` with `value` at `path`; missing objects on the way are made, everything else is shared. */
export function withValueAt(root: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  const copy: Record<string | number, unknown> | unknown[] = Array.isArray(root)
    ? [...root]
    : root !== null && typeof root === 'object'
      ? { ...root }
      : {}
  const inner = withValueAt(valueAt(root, [step]), rest, value)
  Object.defineProperty(copy, step, { value: inner, enumerable: true, configurable: true, writable: true })
  return copy
}

export function startsWith(path: Path, head: Path): boolean {
  return head.length <= path.length && head.every((step, index) => step === path[index])
}
