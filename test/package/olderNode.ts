import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** A Node of this machine that is too old for hl7bench, or null. Those that packages brought along do not count. */
export async function findOlderNode(): Promise<string | null> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => !folder.includes('node_modules'))
  for (const folder of new Set(folders)) {
    const node = join(folder, 'node')
    if (existsSync(node) && (await isTooOld(node))) return node
  }
  return null
}

async function isTooOld(node: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)(node, ['--version']).catch(() => ({ stdout: '' }))
  const version = /^v(\d+)\.(\d+)\./.exec(stdout)
  if (version === null) return false
  const [major, minor] = [Number(version[1]), Number(version[2])]
  return major < 22 || (major === 22 && minor < 18)
}
