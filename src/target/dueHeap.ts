/** Things due at a time, earliest first; those due at the same time in the order they were added. */
export interface DueHeap<T> {
  add(dueMs: number, item: T): void
  /** Time of the earliest, ms; infinite when empty. */
  nextMs(): number
  /** Takes the earliest out, or returns undefined when none is due at `nowMs`. */
  take(nowMs: number): T | undefined
}

interface Node<T> {
  readonly dueMs: number
  readonly order: number
  readonly item: T
}

export function createDueHeap<T>(): DueHeap<T> {
  const nodes: Node<T>[] = []
  let order = 0

  const before = (a: Node<T>, b: Node<T>) => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)

  const siftDown = (node: Node<T>) => {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= nodes.length) break
      if (child + 1 < nodes.length && before(nodes[child + 1]!, nodes[child]!)) child++
      if (!before(nodes[child]!, node)) break
      nodes[at] = nodes[child]!
      at = child
    }
    nodes[at] = node
  }

  return {
    add(dueMs, item) {
      const node = { dueMs, order: order++, item }
      let at = nodes.length
      nodes.push(node)
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (!before(node, nodes[parent]!)) break
        nodes[at] = nodes[parent]!
        at = parent
      }
      nodes[at] = node
    },
    nextMs: () => nodes[0]?.dueMs ?? Number.POSITIVE_INFINITY,
    take(nowMs) {
      const first = nodes[0]
      if (first === undefined || first.dueMs > nowMs) return undefined
      const last = nodes.pop()!
      if (nodes.length > 0) siftDown(last)
      return first.item
    },
  }
}
