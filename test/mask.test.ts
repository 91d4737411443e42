import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMask, maskStrings } from '../src/mask.ts'
import { temporaryFolder } from './results/folder.ts'

test('a secret never shows, whatever form it takes', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 7, maxLength: 30, unit: 'grapheme' }),
      fc.string({ maxLength: 7 }),
      fc.string({ maxLength: 7 }),
      (secret, before, after) => {
        fc.pre(secret.trim().length >= 7 && !'***'.includes(secret))
        const mask = createMask({ HL7BENCH_SECRET_PEPPER: secret })
        expect(mask(`<${secret}>`)).not.toContain(secret)
        expect(mask(JSON.stringify({ k: secret }))).toBe('{"k":"***"}')
        expect(mask(`=${encodeURIComponent(secret)}`)).toBe('=***')
        const basic = Buffer.from(before + secret + after).toString('base64')
        expect(mask(`Basic ${basic}`)).toContain('***')
      },
    ),
  )
})

test('only variables that say SECRET are masked, and short values are not', () => {
  const mask = createMask({
    PATH: '/usr/bin',
    SECRET_A: 'abc',
    MY_SECRET: 'abcd',
    EMPTY_SECRET: '',
    GONE_SECRET: undefined,
  })
  expect(mask('/usr/bin abc abcd')).toBe('/usr/bin abc ***')
})

test('of a _FILE variable the content is masked, not the name', () => {
  const file = join(temporaryFolder(), 'pepper')
  writeFileSync(file, 'hunter22\n')
  const mask = createMask({ HL7BENCH_SECRET_PEPPER_FILE: file, SECRET_GONE_FILE: '/does/not/exist' })
  expect(mask(`${file}: hunter22`)).toBe(`${file}: ***`)
})

test('the longest of overlapping secrets is masked whole', () => {
  expect(createMask({ SECRET_A: 'hunter', SECRET_B: 'hunter22' })('hunter22 hunter')).toBe('*** ***')
})

const LINES = ['MIIEvQIBADANBgkqhkiG9w0B', 'AQEFAASCBKcwggSjAgEAAoIB', 'shorty']
const PEM = `-----BEGIN PRIVATE KEY-----\n${LINES.join('\n')}\n-----END PRIVATE KEY-----\n`

test.each([
  ['real line breaks', PEM],
  ['line breaks of Windows', PEM.replaceAll('\n', '\r\n')],
  ['line breaks that are written', PEM.replaceAll('\n', '\\n')],
])('each long line of a secret is masked alone, however they are joined: %s', (_, secret) => {
  const mask = createMask({ SECRET_KEY: secret })
  for (const printed of [PEM, PEM.replaceAll('\n', ' '), PEM.replace(/^/gm, '12:00 | '), JSON.stringify(PEM)])
    for (const line of LINES.slice(0, 2)) expect(mask(printed)).not.toContain(line)
  expect(mask('12:00 | shorty')).toBe('12:00 | shorty')
  expect(mask('-----BEGIN PRIVATE KEY-----')).toBe('-----BEGIN PRIVATE KEY-----')
})

test('a secret whose line breaks are written is masked whole where they are real', () => {
  expect(createMask({ SECRET_KEY: PEM.trim().replaceAll('\n', '\\n') })(PEM)).toBe('***\n')
})

test('masked data keeps its shape', () => {
  const mask = createMask({ SECRET_A: 'true', SECRET_B: 'pa.s*s' })
  expect(maskStrings({ ok: true, list: ['a pa.s*s', 1, null], 'pa.s*s': { deep: 'true' } }, mask)).toEqual({
    ok: true,
    list: ['a ***', 1, null],
    '***': { deep: '***' },
  })
})
