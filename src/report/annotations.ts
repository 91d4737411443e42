/** What a report of a run and one of a comparison have in common for a build server. */
export interface Announced {
  readonly name: string
  readonly answer: string
  readonly exit: { readonly code: number; readonly reason: string }
}

/** One line for the log of a GitHub workflow; the verdict is an error when the command fails, else a notice. */
export function annotationsOf({ name, answer, exit }: Announced): readonly string[] {
  const kind = exit.code === 0 ? 'notice' : 'error'
  const text = exit.code === 0 ? answer : `${answer} (exit ${exit.code}: ${exit.reason})`
  return [`::${kind} title=${property(`hl7bench ${name}`)}::${data(text)}`]
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
