/** A resource of a user's file, posted byte for byte. */
export interface PostedResource {
  readonly resourceType: string
  readonly text: string
}

export interface FhirFile {
  readonly resources: readonly PostedResource[]
  readonly complaints: readonly { readonly file: string; readonly line: number; readonly reason: string }[]
}

/**
 * Reads the text of a `.json` file (one resource) or of a `.ndjson` file (one a line, by the name's ending).
 * A complaint names the line where its resource begins.
 */
export function parseFhirFile(text: string, fileName: string): FhirFile {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text
  const pieces = fileName.toLowerCase().endsWith('.ndjson')
    ? content.split(/\r\n|\n|\r/).map((line, i) => ({ text: line.trim(), line: i + 1 }))
    : [{ text: content.trim(), line: 1 }]
  const parsed = pieces
    .filter(piece => piece.text !== '')
    .map(piece => ({ ...piece, found: parseResource(piece.text) }))
  const complaints = parsed.flatMap(({ line, found }) =>
    'reason' in found ? [{ file: fileName, line, reason: found.reason }] : [],
  )
  if (parsed.length === 0)
    complaints.push({ file: fileName, line: 1, reason: 'no resource in the file; add at least one' })
  return { resources: parsed.flatMap(({ found }) => ('reason' in found ? [] : [found])), complaints }
}

function parseResource(text: string): PostedResource | { reason: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { reason: `not JSON: ${(error as Error).message}` }
  }
  const type =
    typeof value === 'object' && value !== null ? (value as { resourceType?: unknown }).resourceType : undefined
  if (typeof type === 'string' && /^[A-Z][A-Za-z]+$/.test(type)) return { resourceType: type, text }
  return {
    reason: 'no resourceType; a FHIR resource names its type, for instance "resourceType": "Patient"',
  }
}
