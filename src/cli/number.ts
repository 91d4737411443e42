import { InvalidArgumentError } from 'commander'

export function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('write a whole number.')
  return Number(text)
}

export function port(text: string): number {
  const number = whole(text)
  if (number > 65_535) throw new InvalidArgumentError('write a port, 0 to 65535.')
  return number
}

export function positive(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('write a number of at least 0.')
  return Number(text)
}
