#!/usr/bin/env node
// Runs on any Node from 12 on, so that an old one is told apart from a broken install.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))

if (major > 22 || (major === 22 && minor >= 18)) {
  hushExperimentalWarnings()
  const { keepCompiledCode } = await import('../dist/cli/compiledCode.js')
  keepCompiledCode()
  await import('../dist/cli/main.js')
} else if (existsSync(own)) {
  runWith(own)
} else {
  console.error(
    `hl7bench needs Node 22.18 or later; this is Node ${process.versions.node}. Install a current Node and run it again.`,
  )
  process.exitCode = 1
}

/** Node 22 calls what newer versions have long settled experimental, among a user's results. */
function hushExperimentalWarnings() {
  const { emitWarning } = process
  process.emitWarning = (warning, type, ...rest) => {
    const name = typeof type === 'object' ? type.type : type
    if (name !== 'ExperimentalWarning') emitWarning.call(process, warning, type, ...rest)
  }
}

/** A checkout brings its own Node along. A terminal signals parent and child alike; other signals are passed on. */
function runWith(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('exit', code => process.exit(code ?? 1))
}
