import type { Section, Vici } from '../vici.ts'

const EVENT = { 'list-sas': 'list-sa', 'list-conns': 'list-conn' } as const

/** What a gateway tells of its associations, or of its connections, each with the name of its connection. @param argument which; empty = all */
export async function listed(
  gateway: Vici,
  command: keyof typeof EVENT,
  argument: Section = {},
): Promise<[name: string, told: Section][]> {
  const found: [string, Section][] = []
  await gateway.listen(EVENT[command], message => {
    for (const [name, told] of Object.entries(message)) found.push([name, told as Section])
  })
  await gateway.command(command, argument)
  return found
}

/** The children of an association. */
export const childrenOf = (sa: Section): Section[] => Object.values((sa['child-sas'] ?? {}) as Section) as Section[]

/** While keys are renewed the old ones serve until the new ones do, and are told of for a while afterwards. */
export const serves = ({ state }: Section): boolean =>
  state === 'INSTALLED' || state === 'REKEYING' || state === 'REKEYED'
