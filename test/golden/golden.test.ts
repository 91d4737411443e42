import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { differences } from './differences.ts'
import { goldenSamples } from './samples.ts'

const FOLDERS = ['hl7', 'fhir']
const samples = goldenSamples()
const stored = FOLDERS.flatMap(folder =>
  readdirSync(join(import.meta.dirname, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(import.meta.dirname.length + 1)),
)

describe('every message type in every version, every resource and every request is as its golden file says', () => {
  test.each([...samples.keys()].map(name => [name.split('/').slice(0, -1).join('/'), name] as const))(
    '%s: %s',
    (_folder, name) => {
      const golden = stored.includes(name) ? readFileSync(join(import.meta.dirname, name), 'utf8') : ''
      const found = differences(name, golden, samples.get(name)!)
      expect(found, `if it was meant: npm run golden\n${found.join('\n')}`).toEqual([])
    },
  )
})

test('no golden file is left over', () => {
  expect(stored.filter(name => !samples.has(name))).toEqual([])
})

test('a difference names file, line and field', () => {
  const golden = 'MSH|^~\\&|A||B\nPID|1||42'
  expect(differences('x.hl7', golden, golden)).toEqual([])
  expect(differences('x.hl7', golden, 'MSH|^~\\&|C||B\nPID|1||42|7')).toEqual([
    'x.hl7:1: MSH-3: expected "A", found "C"',
    'x.hl7:2: PID-4: expected no such field, found "7"',
  ])
  expect(differences('x.hl7', golden, 'MSH|^~\\&|A||B')).toEqual(['x.hl7:2: missing: PID|1||42'])
  expect(differences('x.json', '{\n  "a": 1', '{\n  "a": 2\n}')).toEqual([
    'x.json:2: expected   "a": 1, found   "a": 2',
    'x.json:3: found one line more: }',
  ])
})
