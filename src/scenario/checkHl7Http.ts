import { hl7PathOf, speaksHl7Http } from './endpoint.ts'
import type { Finding } from './finding.ts'
import type { ParsedMllpLoad } from './loadSchema.ts'
import type { Parts } from './parse.ts'
import type { Path } from './path.ts'

/** What HTTP cannot carry, and the setting that only HTTP has. */
export function checkHl7Http(load: ParsedMllpLoad, path: Path): readonly Finding[] {
  if (load.transport !== 'http') return []
  return onlyOne(load, path)
}

function onlyOne({ window, acknowledgement }: ParsedMllpLoad, path: Path): readonly Finding[] {
  return [
    ...(window > 1
      ? [
          {
            path: [...path, 'window'],
            expected: '1 with http: HTTP/1.1 requests are not pipelined',
            found: window,
            hint: 'raise connections instead',
          },
        ]
      : []),
    ...(acknowledgement === 'enhanced'
      ? [
          {
            path: [...path, 'acknowledgement'],
            expected: "'original' with http: a reply holds one acknowledgement",
            found: acknowledgement,
            hint: null,
          },
        ]
      : []),
  ]
}

/** The address says how messages are carried; the load may only say the same. */
export function checkHl7Address({ environment, load }: Parts): readonly Finding[] {
  if (environment === undefined) return []
  const isHttp = speaksHl7Http(environment)
  const isOthers = environment.kind === 'attached'
  return load.flatMap((item, index): readonly Finding[] => {
    if (item?.protocol !== 'mllp') return []
    const { transport, path } = item
    const at: Path = ['load', index]
    const carrier = transport ?? (isHttp ? 'http' : 'mllp')
    if (isOthers && transport !== undefined && (transport === 'http') !== isHttp)
      return [
        {
          path: [...at, 'transport'],
          expected: isHttp ? "'http', as environment.mllp says" : 'what environment.mllp says, which is not HTTP',
          found: transport,
          hint: isHttp ? 'remove it' : 'write environment.mllp with hl7+http:// or hl7+https://',
        },
      ]
    if (path !== undefined && carrier !== 'http')
      return [
        {
          path: [...at, 'path'],
          expected: `nothing here with transport '${carrier}'`,
          found: path,
          hint: "or say transport: 'http'",
        },
      ]
    if (path !== undefined && hl7PathOf(environment) !== null)
      return [
        {
          path: [...at, 'path'],
          expected: 'a path here or in environment.mllp, not both',
          found: path,
          hint: 'remove one',
        },
      ]
    return transport === undefined && isHttp ? onlyOne(item, at) : []
  })
}
