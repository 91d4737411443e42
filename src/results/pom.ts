/**
 * Version of a Maven project: `project/version`, else `project/parent/version` (Maven inherits it), with `${property}` taken
 * from `project/properties`. null when there is none, or it needs a property from elsewhere (a profile, the command line).
 *
 * Reads element names and text alone: a POM has no attributes, entities or namespaces that could change its version, so that
 * an XML library would add nothing.
 */
export function versionOfPom(xml: string): string | null {
  const texts = textsByPath(xml)
  const version = texts.get('project/version') ?? texts.get('project/parent/version')
  if (version === undefined) return null
  const resolved = version.replace(/\$\{([^}]+)\}/g, (whole, name: string) => propertyOf(texts, name) ?? whole)
  return resolved === '' || resolved.includes('${') ? null : resolved
}

const propertyOf = (texts: ReadonlyMap<string, string>, name: string): string | undefined =>
  texts.get(`project/properties/${name}`) ??
  (name.startsWith('project.parent.') ? texts.get(`project/parent/${name.slice(15)}`) : undefined)

/** Text of the first element at each path. */
function textsByPath(xml: string): Map<string, string> {
  const plain = xml.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>/g, '')
  const texts = new Map<string, string>()
  const open: string[] = []
  for (const [, closing, name, empty, text] of plain.matchAll(/<(\/?)([^\s/>]+)[^>]*?(\/?)>([^<]*)/g)) {
    if (closing === '/') {
      open.pop()
      continue
    }
    const path = [...open, name].join('/')
    if (empty === '/') continue
    if (!texts.has(path)) texts.set(path, text!.trim())
    open.push(name!)
  }
  return texts
}
