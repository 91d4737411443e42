import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COLUMNS } from '../../src/model/row.ts'
import { appendRow } from '../../src/results/append.ts'
import { cellsOf, headerLine, lineOf } from '../../src/results/csv.ts'
import { rowExists } from '../../src/results/read.ts'
import { allRows, plainRow, temporaryFolder } from './folder.ts'

const append = (file: string, row = plainRow()) => appendRow(file, row, text => text)
const writer = join(import.meta.dirname, '..', 'fixtures', 'append-rows.ts')
const torn = (folder: string) => readdirSync(folder).filter(name => name.includes('.torn-'))

test('any text in a row comes back as it was', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  const text = fc.string({
    unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'a', '🏥', 'é', '\u0000', '{', '\\'),
    maxLength: 12,
  })
  const blank = fc.option(text.filter(value => value !== ''))
  let execution = 0
  await fc.assert(
    fc.asyncProperty(
      text,
      blank,
      blank,
      fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true }),
      async (testCaseId, branch, version, data) => {
        execution++
        const row = plainRow({ testCaseId, branch, version, data, execution })
        await append(file, row)
        const { rows, skipped } = await allRows(file)
        expect(skipped).toEqual([])
        expect(rows).toHaveLength(execution)
        expect(rows.at(-1)).toMatchObject({ ...row, data: JSON.parse(JSON.stringify(data)) })
      },
    ),
    { numRuns: 60 },
  )
  expect(torn(join(file, '..'))).toEqual([])
})

test('folder and header are made with the first row', async () => {
  const file = join(temporaryFolder(), 'a', 'b', 'rows.csv')
  await append(file)
  expect(readFileSync(file, 'utf8')).toBe(headerLine('\n') + lineOf(cellsOf(plainRow()), '\n'))
  expect(readFileSync(join(file, '..', 'experiments', '.gitignore'), 'utf8')).toBe('*\n')
})

test('what was not measured is blank', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  await append(file, plainRow({ durationMs: null, records: null, beneficiaries: null }))
  expect(readFileSync(file, 'utf8').split('\n')[1]).toMatch(/Z,1,,,,"/)
  expect((await allRows(file)).rows[0]).toMatchObject({ durationMs: null, records: null, beneficiaries: null })
})

test('secrets are masked inside the data and leave it JSON', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  await appendRow(file, plainRow({ data: { error: 'bad key pep"per', valid: true } }), text =>
    text.replaceAll('pep"per', '***').replaceAll('true', '***'),
  )
  expect((await allRows(file)).rows[0]?.data).toEqual({ error: 'bad key ***', valid: true })
})

test('a file of another tool keeps every byte, and CRLF where it has it', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  const old = `\uFEFF${headerLine('\r\n')}B,master,1,1.0,env,2016-10-01T00:00:00Z,1,5,6,7,not json\r\n`
  writeFileSync(file, old)
  await append(file)
  expect(readFileSync(file, 'utf8')).toBe(old + lineOf(cellsOf(plainRow()), '\r\n'))
  const { rows } = await allRows(file)
  expect(rows.map(row => [row.testCaseId, row.cells[10] === 'not json'])).toEqual([
    ['B', true],
    ['demo', false],
  ])
  expect(rows[0]?.data).toEqual({})
})

test('a line feed in a cell does not end the row in a file of CRLF', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  writeFileSync(file, headerLine('\r\n'))
  await append(file, plainRow({ testCaseId: 'a\nb', branch: 'c\rd' }))
  await append(file)
  expect((await allRows(file)).rows).toMatchObject([{ testCaseId: 'a\nb', branch: 'c\rd' }, { testCaseId: 'demo' }])
})

test('a whole last row without a line end gets one and nothing else', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  for (const last of ['plain', '"{""a"": 1}"', '"multi\nline"']) {
    const old = `${headerLine('\n')}B,m,1,1,env,t,1,5,6,7,${last}`
    writeFileSync(file, old)
    expect(await append(file)).toEqual({ tornFile: null })
    expect(readFileSync(file, 'utf8')).toBe(`${old}\n${lineOf(cellsOf(plainRow()), '\n')}`)
  }
})

test('a row torn at any byte is moved aside or kept whole', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'rows.csv')
  const row = plainRow({ testCaseId: 'a "b"\nc', data: { run: 'r', list: ['x"y', 'z\n'], n: { deep: '' } } })
  const head = headerLine('\n') + lineOf(cellsOf(plainRow()), '\n')
  const line = Buffer.from(lineOf(cellsOf(row), '\n'))
  for (let cut = 1; cut < line.length; cut++) {
    writeFileSync(file, Buffer.concat([Buffer.from(head), line.subarray(0, cut)]))
    const { tornFile } = await append(file, plainRow({ execution: 2 }))
    const { rows, skipped } = await allRows(file)
    expect(skipped).toEqual([])
    expect(rows.at(-1)?.execution).toBe(2)
    if (cut === line.length - 1) expect([tornFile, rows.length]).toEqual([null, 3])
    else {
      expect(rows.length).toBe(2)
      expect(readFileSync(tornFile!)).toEqual(line.subarray(0, cut))
    }
  }
})

test('a torn header is moved aside', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  writeFileSync(file, 'Test Case ID,Git Bra')
  const { tornFile } = await append(file)
  expect(readFileSync(tornFile!, 'utf8')).toBe('Test Case ID,Git Bra')
  expect((await allRows(file)).rows).toHaveLength(1)
})

test('in a large file the end is found whatever quotes and line ends lie before it', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'rows.csv')
  const awkward = lineOf(
    cellsOf(plainRow({ testCaseId: 'a\n"b",\n"', data: { text: '\n,"'.repeat(50), more: 'x,'.repeat(40) } })),
    '\n',
  )
  const foreign = 'B,m,1,1,env,t,1,5,6,7,\n'
  const long = lineOf([...cellsOf(plainRow()).slice(0, 10), `line, with commas\n`.repeat(9000)], '\n')
  const rowsInAField = lineOf([...cellsOf(plainRow()).slice(0, 10), `${','.repeat(10)}\n`.repeat(9000)], '\n')
  for (const body of [
    rowsInAField,
    awkward.repeat(500),
    foreign.repeat(8000),
    awkward + long,
    foreign.repeat(9000) + long,
  ]) {
    writeFileSync(file, headerLine('\n') + body)
    expect(await append(file)).toEqual({ tornFile: null })
    truncateSync(file, statSync(file).size - 9)
    expect((await append(file)).tornFile).not.toBeNull()
    const text = readFileSync(file, 'utf8')
    expect(text === headerLine('\n') + body + lineOf(cellsOf(plainRow()), '\n')).toBe(true)
  }
})

test('other columns are refused and the file is not touched', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  for (const old of [
    'a,b\n1,2\n',
    `${COLUMNS.join(',')},More\n`,
    'no csv "at all',
    `${COLUMNS.slice(1).join(',')}\n`,
  ]) {
    writeFileSync(file, old)
    await expect(append(file)).rejects.toMatchObject({ code: 'columns', message: expect.stringContaining('--results') })
    expect(readFileSync(file, 'utf8')).toBe(old)
  }
})

test('a quote left open in the middle is refused and the file is not touched', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  const old = `${headerLine('\n')}B,m,1,1,env,t,1,5,6,7,"{""a"nextB,m,1,1,env,t,1,5,6,7,"{""a"": 1}\n`
  writeFileSync(file, old)
  await expect(append(file)).rejects.toMatchObject({ code: 'malformed' })
  expect(readFileSync(file, 'utf8')).toBe(old)
})

test('a place that cannot be written is an error with the remedy', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  await expect(append(join(folder, 'file', 'rows.csv'))).rejects.toMatchObject({
    code: 'unwritable',
    message: expect.stringContaining('--results'),
  })
})

test('a full disk leaves the file as it was', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  const limited = (count: number) =>
    execa('bash', ['-c', `ulimit -f 4; exec "$0" "$@"`, process.execPath, writer, file, 'limited', String(count)], {
      reject: false,
    })
  const result = await limited(20)
  expect(result.stdout).toMatch(/full: .*(EFBIG|ENOSPC).*resume\.$/)
  expect(result.exitCode).toBe(3)
  const kept = result.stdout.split('\n').length - 1
  expect(kept).toBeGreaterThan(0)
  expect((await allRows(file)).rows).toHaveLength(kept)
  expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true)
  await append(file)
  expect((await allRows(file)).rows).toHaveLength(kept + 1)
})

test('eight processes at once lose and tear nothing', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'real'))
  symlinkSync(join(folder, 'real'), join(folder, 'alias'))
  const files = ['real', 'alias'].map(name => join(folder, name, 'rows.csv'))
  await Promise.all(
    Array.from({ length: 8 }, (_, index) => execa(process.execPath, [writer, files[index % 2]!, `w${index}`, '100'])),
  )
  const { rows, skipped } = await allRows(files[0]!)
  expect(skipped).toEqual([])
  expect(new Set(rows.map(row => row.data.run)).size).toBe(800)
  expect(rows).toHaveLength(800)
  expect(torn(join(folder, 'real'))).toEqual([])
}, 120_000)

test('a writer killed at any moment loses no row that it reported', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'rows.csv')
  let reported = 0
  for (let round = 0; round < 6; round++) {
    const child = spawn(process.execPath, [writer, file, `k${round}`, '100000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let lines = ''
    child.stdout.on('data', chunk => {
      lines += chunk
      if (lines.split('\n').length > 10 + round * 7) child.kill('SIGKILL')
    })
    await once(child, 'close')
    reported += lines.split('\n').length - 1
  }
  await append(file, plainRow({ data: { experiment: 'e', run: 'after' } }))
  const { rows, skipped } = await allRows(file)
  expect(skipped).toEqual([])
  expect(rows.length).toBeGreaterThanOrEqual(reported + 1)
  expect(await rowExists(file, 'e', 'after')).toBe(true)
  expect(await rowExists(file, 'e', 'k0-1')).toBe(true)
  expect(await rowExists(file, 'other', 'after')).toBe(false)
}, 60_000)

test('reading passes over a torn last line and says so', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  await append(file)
  await append(file, plainRow({ execution: 2 }))
  appendFileSync(file, 'demo,main,abc,1,env,t,3,1,1,1,"{""sche')
  const { rows, skipped } = await allRows(file)
  expect(rows.map(row => row.execution)).toEqual([1, 2])
  expect(skipped).toHaveLength(1)
})

test('a file that does not exist has no rows', async () => {
  const file = join(temporaryFolder(), 'none.csv')
  expect((await allRows(file)).rows).toEqual([])
  expect(existsSync(file)).toBe(false)
})

test('a file with other columns is not read', async () => {
  const file = join(temporaryFolder(), 'rows.csv')
  writeFileSync(file, 'a,b\n1,2\n')
  await expect(allRows(file)).rejects.toMatchObject({ code: 'columns' })
})
