import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  ANY_MACHINE,
  clear,
  experimentFolders,
  hl7bench,
  rowsOf,
  workplace,
  writeScenario,
} from '../fixtures/commandLine.ts'

const scenario = {
  name: 'torn',
  load: [{ protocol: 'mllp', connections: 2, workload: { kind: 'closed', records: 20 } }],
  validity: ANY_MACHINE,
  runs: 2,
}

/** A journal as it was when its controller died before it could note the row of `run`. */
function cutJournalBeforeRowOf(folder: string, run: string): void {
  const file = join(folder, 'journal.jsonl')
  const lines = readFileSync(file, 'utf8').split('\n')
  const at = lines.findIndex(line => line.includes('"type":"row"') && line.includes(`"${run}"`))
  expect(at).toBeGreaterThan(0)
  writeFileSync(file, lines.slice(0, at).concat('').join('\n'))
}

test('a row torn in the middle is set aside and written whole by resume, without measuring its run again', async () => {
  const place = workplace()
  onTestFinished(() => clear(place))
  const results = ['--results', place.results, '--quiet']
  expect(await hl7bench(place, ['run', writeScenario(place, scenario), ...results])).toMatchObject({ code: 0 })
  const [folder] = experimentFolders(place)
  const whole = readFileSync(place.results, 'utf8')
  const lastRow = whole.trimEnd().lastIndexOf('\n') + 1
  truncateSync(place.results, lastRow + 200)
  cutJournalBeforeRowOf(folder!, 'r0002')

  const resumed = await hl7bench(place, ['resume', basename(folder!), ...results])
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(readFileSync(place.results, 'utf8')).toBe(whole)
  expect(rowsOf(place).map(({ run }) => run)).toEqual(['r0001', 'r0002'])
  const torn = readdirSync(dirname(place.results)).filter(name => name.includes('.torn-'))
  expect(torn.map(name => readFileSync(join(dirname(place.results), name), 'utf8'))).toEqual([
    whole.slice(lastRow, lastRow + 200),
  ])
})

test('a row that was written whole before its run could be noted is not written twice', async () => {
  const place = workplace()
  onTestFinished(() => clear(place))
  const results = ['--results', place.results, '--quiet']
  expect(await hl7bench(place, ['run', writeScenario(place, scenario), ...results])).toMatchObject({ code: 0 })
  const whole = readFileSync(place.results, 'utf8')
  const [folder] = experimentFolders(place)
  cutJournalBeforeRowOf(folder!, 'r0002')
  const resumed = await hl7bench(place, ['resume', basename(folder!), ...results])
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(readFileSync(place.results, 'utf8')).toBe(whole)
})
