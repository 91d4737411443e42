import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeArtefact } from '../../src/results/artefact.ts'
import { type JournalEntry, openJournal, readJournal } from '../../src/results/journal.ts'
import { temporaryFolder } from './folder.ts'

const plain = (text: string): string => text

async function entries(folder: string): Promise<JournalEntry[]> {
  const found: JournalEntry[] = []
  for await (const entry of readJournal(folder)) found.push(entry)
  return found
}

test('events come back in their order, each with its time', async () => {
  const folder = join(temporaryFolder(), 'e')
  const journal = openJournal(folder, plain)
  journal.append({ type: 'row', run: 'r0001' })
  journal.append({ type: 'ended', exit: 0 })
  journal.close()
  expect(await entries(folder)).toEqual([
    { type: 'row', run: 'r0001', at: expect.stringMatching(/Z$/) },
    { type: 'ended', exit: 0, at: expect.stringMatching(/Z$/) },
  ])
})

test('a line torn at any byte is passed over and cut when the journal is opened again', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'journal.jsonl')
  const line = '{"type":"row","run":"r2","at":"t"}'
  const long = `{"type":"row","run":"${'x'.repeat(100_000)}"}`
  for (const torn of ['{', line.slice(0, 20), line, long]) {
    writeFileSync(file, `{"type":"row","run":"r1","at":"t"}\n`)
    appendFileSync(file, torn)
    expect(await entries(folder)).toHaveLength(1)
    const journal = openJournal(folder, plain)
    journal.append({ type: 'ended', exit: 105 })
    journal.close()
    expect((await entries(folder)).map(entry => entry.type)).toEqual(['row', 'ended'])
  }
})

test('one process at a time runs an experiment', () => {
  const folder = temporaryFolder()
  const journal = openJournal(folder, plain)
  expect(() => openJournal(folder, plain)).toThrow(/in use/)
  journal.close()
  openJournal(folder, plain).close()
})

test('secrets are masked', () => {
  const folder = temporaryFolder()
  const journal = openJournal(folder, text => text.replaceAll('pepper', '***'))
  journal.append({ type: 'row', run: 'pepper' })
  journal.close()
  expect(readFileSync(join(folder, 'journal.jsonl'), 'utf8')).toContain('"run":"***"')
})

test('a folder without a journal and a damaged line are errors with the place', async () => {
  const folder = temporaryFolder()
  await expect(entries(folder)).rejects.toMatchObject({ code: 'journal' })
  writeFileSync(join(folder, 'journal.jsonl'), '{"type":"ended"}\nnonsense\n{}\n')
  await expect(entries(folder)).rejects.toThrow(/journal\.jsonl:2: expected an event/)
})

test('an artefact is replaced whole and leaves no draft', () => {
  const folder = temporaryFolder()
  writeArtefact(folder, 'summary.json', 'old')
  expect(readFileSync(writeArtefact(folder, 'summary.json', 'new'), 'utf8')).toBe('new')
  expect(readdirSync(folder)).toEqual(['summary.json'])
  expect(() => writeArtefact(join(folder, 'none'), 'a', '')).toThrow(/cannot be written/)
})
