/** Progress and tables: standard output carries the result alone. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}
