#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
// Runs on any Node from 12 on, so that an old one is told apart from a broken install.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))

if (major > 22 || (major === 22 && minor >= 18)) {
  await import('../dist/cli/main.js')
} else if (existsSync(own)) {
  // A checkout brings its own Node along.
  const { status, signal } = spawnSync(own, process.argv.slice(1), { stdio: 'inherit' })
  process.exit(signal === null ? status : 1)
} else {
  console.error(
    `hl7bench needs Node 22.18 or later; this is Node ${process.versions.node}. Install a current Node and run it again.`,
  )
  process.exit(1)
}
