import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { closest } from './closest.ts'
import { findingsOf } from './issues.ts'
import { pathText } from './path.ts'
import { type MessageProfile, profileSchema } from './profileSchema.ts'
import { readYamlDocument } from './yamlDocument.ts'

const FOLDER = new URL('../../profiles/', import.meta.url)
const FILE = /\.(ya?ml|json)$/i

/** Why there is no profile of that name: as a complaint says it. */
export interface ProfileFault {
  readonly expected: string
  readonly found: unknown
  readonly hint: string | null
}

export type ProfileAnswer = { readonly profile: MessageProfile } | { readonly faults: readonly ProfileFault[] }

/** Names of the profiles that ship with the package, each a commented YAML file in `profiles/`. */
export function profileNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter(name => FILE.test(name))
    .map(name => name.replace(FILE, ''))
    .sort()
}

/**
 * The profile called `name`, or read from a YAML or JSON file.
 * @param resolve makes the name of a file absolute
 */
export function readProfile(name: string, resolve: (name: string) => string): ProfileAnswer {
  if (FILE.test(name)) return parseProfile(resolve(name))
  const known = profileNames()
  if (known.includes(name)) return parseProfile(new URL(`${name}.yaml`, FOLDER))
  const near = closest(name, known)
  const expected = `one of ${known.map(each => `'${each}'`).join(', ')}, a .yaml or .json file, or weights by message type`
  return { faults: [{ expected, found: name, hint: near && `did you mean '${near}'?` }] }
}

/**
 * The profile that the package ships under that name, for scenarios that need its figures: `messageProfile('hospital').hourly`.
 * @throws RangeError when there is none
 */
export function messageProfile(name: string): MessageProfile {
  const answer = FILE.test(name) ? null : readProfile(name, each => each)
  if (answer !== null && 'profile' in answer) return answer.profile
  throw new RangeError(`no profile ${JSON.stringify(name)}; use one of ${profileNames().join(', ')}`)
}

function parseProfile(file: string | URL): ProfileAnswer {
  const label = basename(String(file))
  const read = readText(file)
  if ('fault' in read)
    return { faults: [{ expected: 'a file that can be read', found: `${label}: ${read.fault}`, hint: null }] }
  const yaml = readYamlDocument(read.text)
  if ('faults' in yaml) {
    const { line, column, expected, found, hint } = yaml.faults[0]!
    return { faults: [{ expected, found: `${label}:${line}:${column}: ${found}`, hint }] }
  }
  const raw = yaml.value
  const result = profileSchema.safeParse(raw, { reportInput: false })
  if (result.success) return { profile: result.data }
  const faults = findingsOf(result.error.issues, profileSchema, raw, []).map(({ path, expected, found, hint }) => ({
    expected: `${path.length === 0 ? '' : `${pathText(path)} of `}${label}: ${expected}`,
    found,
    hint,
  }))
  return { faults }
}

function readText(file: string | URL): { readonly text: string } | { readonly fault: string } {
  try {
    return { text: readFileSync(file, 'utf8') }
  } catch (error) {
    return { fault: (error as NodeJS.ErrnoException).code ?? (error as Error).message }
  }
}
