import { MAX_DATA_BYTES } from '../protocol/hllp/block.ts'
import type { Finding } from './finding.ts'
import type { ParsedLoad, ParsedMllpLoad } from './loadSchema.ts'
import type { Path } from './path.ts'

/** What HLLP cannot carry, and settings that only HLLP has. */
export function checkHllp(load: ParsedMllpLoad, path: Path): readonly Finding[] {
  if (load.transport !== 'hllp') return checkWithout(load, path)
  return [
    ...(load.window > 1
      ? [
          {
            path: [...path, 'window'],
            expected: '1 with hllp: a refused block does not say whose it was',
            found: load.window,
            hint: 'raise connections instead',
          },
        ]
      : []),
    ...checkSizes(load, path),
  ]
}

function checkWithout({ checksum, transport = 'mllp' }: ParsedMllpLoad, path: Path): readonly Finding[] {
  if (checksum === undefined) return []
  const expected = `nothing here with transport '${transport}'`
  return [{ path: [...path, 'checksum'], expected, found: checksum, hint: "or say transport: 'hllp'" }]
}

function checkSizes({ messages }: ParsedMllpLoad, path: Path): readonly Finding[] {
  if (typeof messages === 'function' || !('mix' in messages)) return []
  const { sizes } = messages
  if (sizes === 'template' || (typeof sizes === 'number' && sizes <= MAX_DATA_BYTES)) return []
  const expected = `'template' or at most ${MAX_DATA_BYTES} bytes: an HLLP block holds no more`
  return [{ path: [...path, 'messages', 'sizes'], expected, found: sizes, hint: null }]
}

/** Loads of the built-in receiver, which has one port: they must agree. */
export function checkTransports(loads: readonly (ParsedLoad | null | undefined)[]): readonly Finding[] {
  const transportOf = ({ transport = 'mllp', checksum = 'xor', path = '/' }: ParsedMllpLoad) =>
    transport === 'hllp' ? `${transport} (${checksum})` : transport === 'http' ? `${transport} (${path})` : transport
  const mllp = loads.flatMap((load, index) => (load?.protocol === 'mllp' ? [{ load, index }] : []))
  const first = mllp[0]
  if (first === undefined) return []
  return mllp
    .filter(({ load }) => transportOf(load) !== transportOf(first.load))
    .map(({ load, index }) => ({
      path: ['load', index, 'transport'],
      expected: `${transportOf(first.load)} as load ${first.index}: the built-in receiver speaks one`,
      found: transportOf(load),
      hint: 'use a scenario for each',
    }))
}
