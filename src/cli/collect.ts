import { InvalidArgumentError } from 'commander'

/** For options that may be given several times. */
export function collect(value: string, former: readonly string[] = []): string[] {
  return [...former, value]
}

/** `k=v` options as a record. */
export function collectPairs(value: string, former: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = value.indexOf('=')
  if (at < 1) throw new InvalidArgumentError(`write name=value, not ${JSON.stringify(value)}.`)
  return { ...former, [value.slice(0, at)]: value.slice(at + 1) }
}

/** One of a list of words, separated by commas. */
export function listOf(words: readonly string[]): (value: string) => string[] {
  return value => {
    const list = value.split(',').map(word => word.trim())
    const wrong = list.filter(word => !words.includes(word))
    if (wrong.length > 0) throw new InvalidArgumentError(`use ${words.join(', ')}; found ${wrong.join(', ')}.`)
    return list
  }
}
