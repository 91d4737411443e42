import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { hl7bench, rowsOf } from '../fixtures/commandLine.ts'
import { filesBelow, place, settled, small, write } from './support.ts'

const SECRET = 'Tr0ub4dor-horse-staple'
const SPELLINGS = [SECRET, SECRET.toLowerCase(), Buffer.from(SECRET).toString('base64').replace(/=+$/, '')]

/** Files of a folder in which the secret stands, by content or by name. */
const leaks = (folder: string, own: readonly string[]) =>
  filesBelow(folder).filter(file => {
    const text = `${file}\n${own.includes(file) ? '' : readFileSync(file, 'latin1')}`
    return SPELLINGS.some(spelling => text.includes(spelling))
  })

function placeWithSecret() {
  const here = place()
  return { ...here, env: { ...here.env, HL7BENCH_SECRET_PEPPER: SECRET } }
}

const EVERYWHERE = [
  ['--prepare', `echo prepare ${SECRET} $HL7BENCH_SECRET_PEPPER`],
  ['--cleanup', 'echo cleanup $HL7BENCH_SECRET_PEPPER >&2'],
  ['--tag', `pepper=${SECRET}`],
  ['--out', 'ndjson=ticks.ndjson'],
  ['--export-json', 'r.json'],
  ['--export-markdown', 'r.md'],
  ['--export-html', 'r.html'],
].flat()

test('a secret is found nowhere: not in output, rows, journals, reports, ticks, logs or names of files', async () => {
  const here = placeWithSecret()
  const node = JSON.stringify(process.execPath)
  write(here, 'engine.mjs', ENGINE)
  const name = `with-${SECRET}`
  const start = `echo token ${SECRET}; exec ${node} engine.mjs ${SECRET}`
  const file = write(here, 's.json', small({ name, description: SECRET, sut: { start }, runs: 1 }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results, ...EVERYWHERE])
  expect(ended.code, ended.stderr).toBe(0)
  expect(rowsOf(here).map(({ state }) => state)).toEqual(['valid'])
  for (const spelling of SPELLINGS) expect(ended.stdout + ended.stderr).not.toContain(spelling)
  expect(leaks(here.folder, [file])).toEqual([])
  const log = filesBelow(here.folder).find(each => each.endsWith('sut.out.log'))!
  expect(readFileSync(log, 'utf8')).toContain('token ***')
})

test('a secret that a failing command prints is masked in the error, the row and the log', async () => {
  const here = placeWithSecret()
  const start = `echo cannot log in with $HL7BENCH_SECRET_PEPPER >&2; exit 1`
  const file = write(here, 's.json', small({ sut: { start } }))
  const ended = await hl7bench(here, ['run', file, '--results', here.results])
  expect(ended.code).toBe(100)
  expect(rowsOf(here)[0]!.error).toContain('cannot log in with ***')
  expect(ended.stdout + ended.stderr).not.toContain(SECRET)
  expect(leaks(here.folder, [])).toEqual([])
})

test('a secret in a complaint about the scenario or the command line is masked', async () => {
  const here = placeWithSecret()
  const file = write(here, 's.json', small({ runs: SECRET, [SECRET]: 1 }))
  for (const args of [
    ['run', file],
    ['run', `${SECRET}.ts`],
    ['run', file, `--${SECRET}`],
    ['run', file, '--tag', SECRET],
    ['resume', SECRET],
  ]) {
    const ended = await hl7bench(here, args)
    expect(ended.code).toBe(104)
    expect(ended.stdout + ended.stderr, args.join(' ')).not.toContain(SECRET)
  }
})

test('an experiment whose command line held a secret is not resumed with three stars in its place', async () => {
  const here = placeWithSecret()
  const file = write(here, 's.json', small())
  const args = ['--prepare', `test ${SECRET} != '***'`, '--max-duration', '301ms', '--json']
  const ended = await hl7bench(here, ['run', file, '--results', here.results, ...args])
  expect(ended.code, ended.stderr).toBe(0)
  const { folder } = JSON.parse(ended.stdout).files
  const resumed = await hl7bench(here, ['resume', folder])
  expect(resumed.code).toBe(104)
  expect(resumed.stderr).toMatch(/cannot resume: the command line held a secret.*environment variable/s)
  expect(await settled(here)).toEqual([])
})

const ENGINE = `
import { createServer } from 'node:net'
createServer(socket => {
  socket.on('error', () => {})
  socket.on('data', data => {
    for (const message of data.toString('latin1').split('\\x1c\\r').filter(Boolean)) {
      console.log('received with', process.argv[2])
      const id = message.split('\\r')[0].split('|')[9]
      socket.write('\\x0bMSH|^~\\\\&|||||||ACK|1|T|2.5.1\\rMSA|AA|' + id + '\\r\\x1c\\r')
    }
  })
}).listen(Number(process.env.MLLP_PORT), '127.0.0.1')
`
