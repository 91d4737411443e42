import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import {
  contains,
  experimentsFolder,
  isOwnFile,
  prepareExperimentFolder,
  prepareExperimentsFolder,
  resultsFile,
} from '../../src/results/location.ts'
import { temporaryFolder } from './folder.ts'

const place = { named: null, project: '/srv/project', env: {}, temporary: '/tmp' }

test('results stay in the project, unless a build server runs or a file is named', () => {
  expect(resultsFile(place)).toBe('/srv/project/results/benchmark-data.csv')
  expect(resultsFile({ ...place, env: { CI: 'false' } })).toBe('/srv/project/results/benchmark-data.csv')
  expect(resultsFile({ ...place, env: { CI: 'true' } })).toMatch(
    /^\/tmp\/hl7bench\/project-[0-9a-f]{8}\/benchmark-data\.csv$/,
  )
  expect(resultsFile({ ...place, env: { CI: '1', RUNNER_TEMP: '/runner' } })).toMatch(/^\/runner\/hl7bench\//)
  expect(resultsFile({ ...place, env: { CI: '1' }, named: '/x/y.csv' })).toBe('/x/y.csv')
})

test('a temporary folder inside the work tree is not used on a build server', () => {
  const file = resultsFile({
    ...place,
    env: { CI: '1', RUNNER_TEMP: '/srv/project/tmp' },
    temporary: '/srv/project/.tmp',
  })
  expect(contains('/srv/project', file)).toBe(false)
})

test('an experiment has a folder beside the results that git ignores', () => {
  const file = join(temporaryFolder(), 'results', 'benchmark-data.csv')
  const folder = prepareExperimentFolder(file, 'e1')
  expect(folder).toBe(join(dirname(file), 'experiments', 'e1'))
  expect(readFileSync(join(folder, '..', '.gitignore'), 'utf8')).toBe('*\n')
})

test('two names of one results file have one experiments folder', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'real'))
  symlinkSync(join(folder, 'real'), join(folder, 'alias'))
  expect(experimentsFolder(join(folder, 'alias', 'r.csv'))).toBe(experimentsFolder(join(folder, 'real', 'r.csv')))
})

test('a neighbour of the results file is not one of its own', () => {
  expect(isOwnFile('/p/results/r.csv', '/p/results/r.csv')).toBe(true)
  expect(isOwnFile('/p/results/r.csv', '/p/results/experiments/e/journal.jsonl')).toBe(true)
  expect(isOwnFile('/p/results/r.csv', '/p/results/r.csv.bak')).toBe(false)
  expect(isOwnFile('/p/results/r.csv', '/p/results/experiments-old')).toBe(false)
})

test.runIf(process.platform === 'linux')('a place where the kernel makes no folders is refused at once', () => {
  expect(() => prepareExperimentsFolder('/proc/none/data.csv')).toThrow(/cannot be written.*--results/s)
})
