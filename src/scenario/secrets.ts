type Variables = Readonly<Record<string, string | undefined>>

/** Values shorter than this are masked only where they stand alone: within other text they would mask ordinary words. */
const SHORTEST_WITHIN_TEXT = 4

/** Values of the environment variables whose name contains SECRET, the longest first. */
export function secretValues(env: Variables): readonly string[] {
  return Object.entries(env)
    .flatMap(([name, value]) => (name.includes('SECRET') && value ? [value] : []))
    .sort((a, b) => b.length - a.length)
}

/** Replaces every secret of the environment in a text by `***`, as it is and as JSON and URLs write it. */
export function secretMask(env: Variables): (text: string) => string {
  const secrets = secretValues(env)
  const forms = secrets
    .filter(secret => secret.length >= SHORTEST_WITHIN_TEXT)
    .flatMap(secret => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
  return text => (secrets.includes(text) ? '***' : forms.reduce((masked, form) => masked.replaceAll(form, '***'), text))
}
