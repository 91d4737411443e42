import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { tryLock, withLock } from '../../src/results/lock.ts'
import { temporaryFolder } from './folder.ts'

const program = join(import.meta.dirname, '..', 'fixtures', 'hold-lock.ts')

async function holder(file: string) {
  const child = spawn(process.execPath, ['--expose-gc', program, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  expect(String((await once(child.stdout, 'data'))[0])).toBe('held\n')
  return child
}

test('a lock is free again the moment its holder is killed', async () => {
  const file = join(temporaryFolder(), 'a', 'lock')
  const child = await holder(file)
  expect(tryLock(file)).toBeNull()
  child.kill('SIGKILL')
  await once(child, 'exit')
  const release = tryLock(file)
  expect(release).not.toBeNull()
  release?.()
})

test('a holder that is stopped keeps its lock, and who waits is told', async () => {
  const file = join(temporaryFolder(), 'lock')
  const child = await holder(file)
  child.kill('SIGSTOP')
  await expect(withLock(file, 300, () => 'mine')).rejects.toMatchObject({ code: 'locked' })
})

test('within one process too only one holds it, and a failure gives it back', async () => {
  const file = join(temporaryFolder(), 'lock')
  let inside = 0
  const work = async () => {
    expect(++inside).toBe(1)
    await new Promise(resolve => setTimeout(resolve, 5))
    inside--
    throw new Error('work failed')
  }
  const results = await Promise.allSettled([1, 2, 3].map(() => withLock(file, 10_000, work)))
  expect(results.map(result => String((result as PromiseRejectedResult).reason))).toEqual(
    Array(3).fill('Error: work failed'),
  )
})
