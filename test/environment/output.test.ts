import { writeFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { lastLines, outputIn, quoteOutput } from '../../src/environment/output.ts'
import { temporaryFolder } from './support.ts'

const LINES = Array.from({ length: 12 }, (_, i) => `${i}`.padStart(2, '0').repeat(30))
const KEY = ['-----BEGIN PRIVATE KEY-----', ...LINES, 'tail', '-----END PRIVATE KEY-----'].join('\n')

afterEach(() => vi.unstubAllEnvs())

function outputOf(text: string) {
  vi.stubEnv('MY_SECRET_KEY', KEY)
  const output = outputIn(temporaryFolder(), 'sut')
  writeFileSync(output.stdout, text)
  return output
}

test('a secret of more lines than are quoted is masked whole', () => {
  expect(quoteOutput(outputOf(`starting\n${KEY}\n`))).toBe('it printed:\n  | starting\n  | ***')
})

test('a secret longer than what is quoted leaves no part of it', () => {
  const text = quoteOutput(outputOf(`${KEY.replaceAll('\n', ' ')}\n`.repeat(100)))
  for (const line of LINES) expect(text).not.toContain(line)
})

test('of a file of which the end alone is read, no line is quoted in part', () => {
  const file = outputOf(`${LINES[0]!}${'x'.repeat(65_530)}\nlast\n`).stdout
  expect(lastLines(file, 0, 5)).toEqual(['…', 'last'])
})

test('what earlier processes wrote is not quoted', () => {
  const { stdout } = outputOf('early\nlate\n')
  expect(lastLines(stdout, 6, 5)).toEqual(['late'])
})
