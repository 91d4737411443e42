/** The text of a message before and after MSH-10: a peer writes a control id of its own between them. */
export function splitAtControlId(message: string): [string, string] {
  const fields = message.split('|')
  return [`${fields.slice(0, 9).join('|')}|`, `|${fields.slice(10).join('|')}`]
}
