import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Assets } from '../report/html/assets.ts'

/** uPlot as it is installed beside hl7bench, to be taken into the page. */
export function htmlAssets(): Assets {
  const folder = dirname(createRequire(import.meta.url).resolve('uplot'))
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim()
  return {
    script: read('uPlot.iife.min.js'),
    stylesheet: read('uPlot.min.css'),
    sha256: text => createHash('sha256').update(text).digest('base64'),
  }
}
