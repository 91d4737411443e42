import { Client, type Connection, HL7_2_5_1, type HL7Version, type InboundResponse, Message } from 'node-hl7-client'
import { splitAtControlId } from './controlId.ts'
import { giveUp, measure, readTask } from './measure.ts'

/*
 * node-hl7-client: one client for each connection. It loses acks when a message is sent before the last one was answered, so each sends
 * its next message when the callback of the last ack fires. `built` makes a message about another patient for each send by its builders, as
 * its documentation does: the same work as ours. `parsed` makes a Message from text that only differs in the control id; `kept` only
 * gives the Message of a client another control id, the least that can be done.
 */
const task = await readTask<{
  readonly message: string
  readonly version: HL7Version
  readonly messages: 'built' | 'parsed' | 'kept'
}>()
const { message: text, version, messages } = task.content
const [beforeId, afterId] = splitAtControlId(text)
const segments = segmentsOf(text)
let sent = 0
let answered = 0

await Promise.all(Array.from({ length: task.connections }, openClient))
await measure(task, () => answered)

/** Resolves when the first message is sent. */
function openClient(): Promise<void> {
  const client = new Client({ host: '127.0.0.1', version })
  const kept = new Message({ text })
  const connection: Connection = client.createConnection({ port: task.port, version }, (response: InboundResponse) => {
    const code = response.getMessage().get('MSA.1').toString()
    if (code !== 'AA') giveUp(`node-hl7-client was answered ${code}`)
    answered++
    sendNext(connection, kept)
  })
  connection.on('data.error', (error: Error) => giveUp(`node-hl7-client: ${error.message}`))
  return new Promise(resolve => {
    connection.once('connect', () => {
      sendNext(connection, kept)
      resolve()
    })
  })
}

function sendNext(connection: Connection, kept: Message): void {
  const id = `PEER${String(sent++).padStart(11, '0')}`
  if (messages === 'kept') kept.set('MSH.10', id)
  connection
    .sendMessage(
      messages === 'kept' ? kept : messages === 'parsed' ? new Message({ text: beforeId + id + afterId }) : built(id),
    )
    .catch((error: Error) => giveUp(`node-hl7-client: ${error.message}`))
}

/** The sample message, of another patient. */
function built(id: string): Message {
  const builder = new HL7_2_5_1().buildMSH({
    msh_9_1: 'ADT',
    msh_9_2: 'A01',
    msh_9_3: 'ADT_A01',
    msh_10: id,
    msh_11_1: 'T',
  })
  for (const [name, fields] of segments) {
    const own =
      name === 'PID' ? { ...fields, '3': `HB${id.slice(-8)}`, '5': `DOE${sent % 1000}^JANE^${sent % 10}` } : fields
    builder.buildSegment(name, own)
  }
  return builder.toMessage()
}

/** Segments after MSH with their fields by number. */
function segmentsOf(message: string): [string, Record<string, string>][] {
  return message
    .split('\r')
    .slice(1)
    .filter(line => line !== '')
    .map(line => {
      const [name, ...fields] = line.split('|') as [string, ...string[]]
      return [name, Object.fromEntries(fields.flatMap((value, i) => (value === '' ? [] : [[String(i + 1), value]])))]
    })
}
