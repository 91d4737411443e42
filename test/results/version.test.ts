import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { HostFacts } from '../../src/model/row.ts'
import { environmentId } from '../../src/results/host.ts'
import { versionOfPom } from '../../src/results/pom.ts'
import { readVersion } from '../../src/results/version.ts'
import { temporaryFolder } from './folder.ts'

test.each([
  [
    'its own',
    '<?xml version="1.0"?><project xmlns="x"><!-- <version>0</version> --><parent><version>1</version></parent><version> 2 </version></project>',
    '2',
  ],
  [
    "its parent's",
    '<project><modelVersion>4.0.0</modelVersion><parent><version>1</version></parent><dependencies><dependency><version>9</version></dependency></dependencies></project>',
    '1',
  ],
  [
    'a property',
    '<project><version>$' +
      '{revision}-$' +
      '{x}</version><properties><a/><revision>3</revision><x>S</x></properties></project>',
    '3-S',
  ],
  ['none, for a property from elsewhere', '<project><version>$' + '{revision}</version></project>', null],
  ['none, for text that is no POM', 'hello', null],
])('a POM has %s version', (_, xml, version) => expect(versionOfPom(xml)).toBe(version))

test('the nearest file with a version counts, and none above the work tree', () => {
  const top = temporaryFolder()
  const inner = join(top, 'tree', 'module')
  mkdirSync(inner, { recursive: true })
  writeFileSync(join(top, 'package.json'), '{"version":"outside"}')
  writeFileSync(join(inner, 'package.json'), '{"private":true}')
  expect(readVersion(inner, join(top, 'tree'))).toBeNull()
  writeFileSync(join(top, 'tree', 'package.json'), '{"version":"1.0.0"}')
  expect(readVersion(inner, join(top, 'tree'))).toBe('1.0.0')
  writeFileSync(join(inner, 'pom.xml'), '<project><version>2</version></project>')
  expect(readVersion(inner, join(top, 'tree'))).toBe('2')
})

test('an environment is named by kind, topology, CPU and cores', () => {
  const host = { cpuModel: 'Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz', cores: 4 } as HostFacts
  expect(environmentId('process', null, host)).toBe('process-intel-xeon-e5-2686-v4-2.30ghz-4c')
  expect(environmentId('netns', 'redox-ha', host)).toBe('netns-redox-ha-intel-xeon-e5-2686-v4-2.30ghz-4c')
})
