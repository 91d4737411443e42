import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { versionOfPom } from './pom.ts'

/** Version of the project around `folder`: of the nearest pom.xml or package.json that has one, up to and including `top`. */
export function readVersion(folder: string, top: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    const version = versionOfPom(read(join(at, 'pom.xml'))) ?? versionOfPackage(read(join(at, 'package.json')))
    if (version !== null || at === top || at === dirname(at)) return version
  }
}

function versionOfPackage(json: string): string | null {
  try {
    const { version } = JSON.parse(json) as { version?: unknown }
    return typeof version === 'string' && version !== '' ? version : null
  } catch {
    return null
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
