import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { wrongVectors } from './pbkdf2.ts'
import { type HashTask, startThreads } from './timing.ts'

/*
 * A hashing process. Standard input: tasks as lines of JSON; its end means stop. Standard output: one line of JSON for each, after
 * {"ready":cores} or {"error":text}.
 */
const wrong = wrongVectors()
if (wrong.length > 0) {
  console.log(JSON.stringify({ error: `the published hashes of ${wrong.join(', ')} are not reproduced here` }))
  process.exit(1)
}
const cores = availableParallelism()
const threads = await startThreads(cores)
console.log(JSON.stringify({ ready: cores }))
for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await threads.time(JSON.parse(line) as HashTask)))
await threads.close()
process.exit(0)
