import { placeOf } from './fhirElements.ts'
import { isObject, type Json } from './fhirResource.ts'

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
const MARKS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/**
 * A resource in FHIR XML (FHIR R4, section 2.6.1): elements in the order of their definition, primitive values as attributes. Its narrative is left out, which
 * is XHTML of somebody else. What no XML can hold (control characters, halves of surrogate pairs) becomes U+FFFD.
 */
export function fhirXml(resource: Json): string {
  return DECLARATION + resourceXml(resource, ' xmlns="http://hl7.org/fhir"')
}

function resourceXml(resource: Json, namespace = ''): string {
  const type = String(resource.resourceType)
  const { resourceType: _, text: _narrative, ...rest } = resource
  return isName(type) ? element(type, namespace, childrenOf(rest, type)) : ''
}

function childrenOf(value: Json, type: string | null): string {
  const names = [...new Set(Object.keys(value).map(name => (name.startsWith('_') ? name.slice(1) : name)))]
  return names
    .map(name => ({ name, ...placeOf(type, name) }))
    .sort((a, b) => a.place - b.place)
    .map(({ name, type: own }) => elementsOf(name, value[name], value[`_${name}`], own))
    .join('')
}

/** `beside` = what JSON holds of a primitive apart from its value, in `_name`. */
function elementsOf(name: string, value: unknown, beside: unknown, type: string | null): string {
  if (!isName(name)) return ''
  if (!Array.isArray(value) && !Array.isArray(beside)) return elementOf(name, value, beside, type)
  const [values, besides] = [value, beside].map(each => (Array.isArray(each) ? each : [])) as [unknown[], unknown[]]
  const count = Math.max(values.length, besides.length)
  return Array.from({ length: count }, (_, i) => elementOf(name, values[i], besides[i], type)).join('')
}

function elementOf(name: string, value: unknown, beside: unknown, type: string | null): string {
  if (isObject(value))
    return type === 'Resource' ? element(name, '', resourceXml(value)) : complex(name, value, type, '')
  const isNothing = value === undefined || value === null
  if (isNothing && !isObject(beside)) return ''
  const attribute = isNothing ? '' : ` value="${escaped(String(value))}"`
  return complex(name, isObject(beside) ? beside : {}, null, attribute)
}

/** `id` of an element, and `url` of an extension, are attributes. */
function complex(name: string, value: Json, type: string | null, attribute: string): string {
  const { id, url, ...rest } = value
  const isExtension = type === 'Extension'
  const attributes = `${attributeOf('id', id)}${isExtension ? attributeOf('url', url) : ''}${attribute}`
  return element(name, attributes, childrenOf(isExtension || url === undefined ? rest : { ...rest, url }, type))
}

const attributeOf = (name: string, value: unknown): string =>
  typeof value === 'string' ? ` ${name}="${escaped(value)}"` : ''

const element = (name: string, attributes: string, children: string): string =>
  children === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${children}</${name}>`

/** Names of FHIR elements are letters and digits; others cannot be written. */
const isName = (name: string): boolean => /^[A-Za-z][A-Za-z0-9]*$/.test(name)

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, mark => MARKS[mark]!)
    .replace(/[\t\n\r]/g, space => `&#${space.charCodeAt(0)};`)
}
