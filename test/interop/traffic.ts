import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import {
  ANY_MACHINE,
  clear,
  hl7bench,
  type RowData,
  rowsOf,
  type Workplace,
  workplace,
  writeScenario,
} from '../fixtures/commandLine.ts'

export function newWorkplace(): Workplace {
  const place = workplace()
  onTestFinished(() => clear(place))
  return place
}

/** An ORU^R01 in the charset that it declares, with an OBX-5 of about so many bytes. */
export function resultMessage(charset: 'UNICODE UTF-8' | '8859/1', name: string, bytes = 10): Buffer {
  const lines = [
    `MSH|^~\\&|LAB|HOSP|APP|US|20260101120000||ORU^R01^ORU_R01|X|T|2.5.1||||||${charset}`,
    `PID|1||MRN1^^^HOSP^MR||${name}^Jörg`,
    'OBR|1|||2345-7^Glucose^LN|||20260101120000',
    `OBX|1|TX|2345-7^Glucose^LN||37.2 °C ${'x'.repeat(bytes)}||||||F`,
    '',
  ]
  return Buffer.from(lines.join('\r'), charset === '8859/1' ? 'latin1' : 'utf8')
}

/** Sends a fixed number of messages of files to a receiver that runs already. */
export async function sendFiles(
  port: number,
  messages: readonly Buffer[],
  records: number,
  load: object = {},
): Promise<RowData> {
  const place = newWorkplace()
  for (const [i, message] of messages.entries()) writeFileSync(join(place.folder, `message-${i}.hl7`), message)
  const file = writeScenario(place, {
    name: 'interop',
    environment: { kind: 'attached', mllp: `mllp://127.0.0.1:${port}` },
    load: [
      {
        protocol: 'mllp',
        connections: 4,
        workload: { kind: 'closed', records },
        messages: { files: messages.map((_, i) => `message-${i}.hl7`) },
        timeoutMs: 30_000,
        ...load,
      },
    ],
    phases: { measureMs: 60_000, drainMs: 30_000 },
    validity: ANY_MACHINE,
    runs: 1,
  })
  const ended = await hl7bench(place, ['run', file, '--results', place.results, '--quiet'])
  const [row] = rowsOf(place)
  expect(row?.state, ended.stderr).toBe('valid')
  return row!
}

/** Every planned message was accepted, and nothing else happened. */
export function expectAllAccepted({ audit, loads }: RowData, planned: number): void {
  expect(loads[0]!.reasons).toEqual({})
  expect(audit).toMatchObject({ planned, balanced: true })
  expect(audit.acknowledged).toEqual({ accepted: planned, rejected: 0, unknown: 0, unsent: 0 })
}
