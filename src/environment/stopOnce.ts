/** A stop that is done once, and an end that only counts when it came first. */
export function stopOnce(action: () => Promise<void>) {
  let stopping: Promise<void> | undefined
  return {
    stop: () => (stopping ??= action()),
    unlessStopped: (ended: Promise<string>) =>
      new Promise<string>(resolve => void ended.then(reason => stopping === undefined && resolve(reason))),
  }
}
