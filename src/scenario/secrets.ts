import { createMask, type Mask } from '../mask.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** As `createMask`; a value that is nothing but a secret is masked however short it is: within other text it would mask ordinary words. */
export function secretMask(env: Variables): Mask {
  const mask = createMask(env)
  const secrets = new Set(
    Object.entries(env).flatMap(([name, value]) => (name.includes('SECRET') && value ? [value] : [])),
  )
  return text => (secrets.has(text) ? '***' : mask(text))
}
