import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hl7bench, type Workplace } from '../fixtures/commandLine.ts'
import { place } from './support.ts'

/** As a user has it: the tests share what they compile otherwise. */
function userPlace(variables: Readonly<Record<string, string>> = {}): Workplace {
  const here = place()
  const { NODE_COMPILE_CACHE: _, ...env } = here.env
  return { ...here, env: { ...env, ...variables } }
}

test('compiled code is kept in the cache folder for the next command', async () => {
  const here = userPlace()
  const compiled = join(here.env.XDG_CACHE_HOME!, 'hl7bench', 'compiled')
  expect(await hl7bench(here, ['--version'])).toMatchObject({ code: 0, stderr: '' })
  const [version] = readdirSync(compiled)
  expect(readdirSync(join(compiled, version!)).length).toBeGreaterThan(100)
  expect(await hl7bench(here, ['--version'])).toMatchObject({ code: 0, stderr: '' })
})

test.runIf(process.platform === 'linux')('a command runs where none can be kept', async () => {
  expect(await hl7bench(userPlace({ XDG_CACHE_HOME: '/proc' }), ['--version'])).toMatchObject({ code: 0, stderr: '' })
  expect(await hl7bench(userPlace({ XDG_CACHE_HOME: '/dev/null' }), ['--version'])).toMatchObject({
    code: 0,
    stderr: '',
  })
})

test('nothing is kept for a user without a home', async () => {
  const here = userPlace({ XDG_CACHE_HOME: '' })
  const home = join(here.folder, 'no', 'home')
  expect(await hl7bench({ ...here, env: { ...here.env, HOME: home } }, ['--version'])).toMatchObject({
    code: 0,
    stderr: '',
  })
  expect(existsSync(join(here.folder, 'no'))).toBe(false)
})
