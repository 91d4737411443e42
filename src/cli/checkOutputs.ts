import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UsageError } from './errors.ts'
import type { RunFlags } from './runOptions.ts'
import { ndjsonFile } from './streams.ts'

/** The files beside the rows that an experiment is to write, each with its flag. @throws UsageError for an unknown kind of `--out` */
export function outputsOf(flags: RunFlags): readonly (readonly [flag: string, file: string])[] {
  const exports = [
    ['--export-json', flags.exportJson],
    ['--export-markdown', flags.exportMarkdown],
    ['--export-html', flags.exportHtml],
    ['--export-junit', flags.exportJunit],
  ] as const
  return [
    ...exports.flatMap(([flag, file]) => (file === undefined ? [] : [[flag, file] as const])),
    ...(flags.out ?? []).map(out => ['--out', ndjsonFile(out)] as const),
  ]
}

/** Looks whether the files that a run is to write can be written, before it takes its time. Writes nothing. @throws UsageError */
export function checkOutputs(flags: RunFlags): void {
  const problems = outputsOf(flags).flatMap(([flag, file]) => {
    const reason = whyUnwritable(file)
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
