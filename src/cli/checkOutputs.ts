import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UsageError } from './errors.ts'
import type { RunFlags } from './runOptions.ts'
import { ndjsonFile } from './streams.ts'

/** Looks whether the files that a run is to write can be written, before it takes its time. Writes nothing. @throws UsageError */
export function checkOutputs(flags: RunFlags): void {
  const outputs: [string, string | undefined][] = [
    ['--export-json', flags.exportJson],
    ['--export-markdown', flags.exportMarkdown],
    ['--export-html', flags.exportHtml],
    ['--export-junit', flags.exportJunit],
    ...(flags.out ?? []).map((out): [string, string] => ['--out', ndjsonFile(out)]),
  ]
  const problems = outputs.flatMap(([flag, file]) => {
    const reason = file === undefined ? null : whyUnwritable(file)
    return reason === null ? [] : [`${flag} ${file}: ${reason}; name a file that can be written`]
  })
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
}

function whyUnwritable(file: string): string | null {
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found?.isDirectory()) return 'it is a folder'
    accessSync(found === undefined ? dirname(file) : file, constants.W_OK)
    if (!statSync(dirname(file)).isDirectory()) return `${dirname(file)} is no folder`
    return null
  } catch (error) {
    return (error as Error).message
  }
}
