import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createMask } from '../../src/mask.ts'
import { maskLogs } from '../../src/results/maskLogs.ts'
import { temporaryFolder } from './folder.ts'

const mask = createMask({ MY_SECRET: 'first line\nsecond line', OTHER_SECRET: 'pässword' })

test('secrets in logs are masked, also those of several lines; other files stay as they were', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'sut.out.log'), 'a first line\nsecond line b\npässword')
  writeFileSync(join(folder, 'arrivals.bin'), 'pässword')
  maskLogs(folder, mask)
  expect(readFileSync(join(folder, 'sut.out.log'), 'utf8')).toBe('a *** b\n***')
  expect(readFileSync(join(folder, 'arrivals.bin'), 'utf8')).toBe('pässword')
})

test('a log without secrets is not written anew, whatever its bytes', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'sut.err.log')
  writeFileSync(file, Buffer.from([0xff, 0xfe, 0x0a, 0x00]))
  const before = statSync(file)
  maskLogs(folder, mask)
  expect(statSync(file).ino).toBe(before.ino)
  expect(readFileSync(file)).toEqual(Buffer.from([0xff, 0xfe, 0x0a, 0x00]))
})

test('a large log is masked in parts without losing or cutting a line', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'sut.out.log')
  const line = 'é'.repeat(50)
  writeFileSync(file, `${`${line}\npässword\n`.repeat(200_000)}end`)
  maskLogs(folder, mask)
  expect(readFileSync(file, 'utf8') === `${`${line}\n***\n`.repeat(200_000)}end`).toBe(true)
})

test('the long lines of a secret are masked on both sides of where parts meet', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'sut.out.log')
  const lines = ['MIIEvQIBADANBgkqhkiG9w0B', 'AQEFAASCBKcwggSjAgEAAoIB']
  const filler = `${'x'.repeat(63)}\n`.repeat(16 * 1024 * 16).slice(lines[0]!.length + 1)
  writeFileSync(file, `${filler}${lines.join('\n')}\nend`)
  maskLogs(folder, createMask({ MY_SECRET: lines.join('\n') }))
  expect(readFileSync(file, 'utf8') === `${filler}***\n***\nend`).toBe(true)
})

test('a folder that does not exist has no logs', () => {
  expect(() => maskLogs(join(temporaryFolder(), 'none'), mask)).not.toThrow()
})
