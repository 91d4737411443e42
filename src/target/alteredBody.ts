/** What a corrupting receiver stores instead of `body`: the last bit differs; an empty body becomes one byte. */
export function alteredBody(body: Uint8Array): Uint8Array {
  if (body.length === 0) return Uint8Array.of(0)
  const altered = body.slice()
  altered[altered.length - 1]! ^= 1
  return altered
}
