import { componentSeparator, findComponent, type HeaderFields } from './fields.ts'

/** `MSH-9.1^MSH-9.2` of the message whose header was found, in whatever separators it was written: `ADT^A01`, or `ACK`. */
export function readMessageType(bytes: Uint8Array, fields: HeaderFields): string {
  const separator = componentSeparator(bytes, fields)
  const end = fields.ends[9]!
  const trigger = findComponent(bytes, fields.starts[9]!, end, separator, 2)
  const code = textUntil(bytes, fields.starts[9]!, end, separator)
  const event = trigger === -1 ? '' : textUntil(bytes, trigger, end, separator)
  return event === '' ? code : `${code}^${event}`
}

function textUntil(bytes: Uint8Array, start: number, end: number, separator: number): string {
  let text = ''
  for (let at = start; at < end && bytes[at] !== separator; at++) text += String.fromCharCode(bytes[at]!)
  return text
}
