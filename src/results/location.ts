import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { writeError } from './error.ts'
import { makeFolder } from './makeFolder.ts'

export interface ResultsPlace {
  /** `--results`, or null for the default. */
  readonly named: string | null
  /** Work tree of the project measured, or the working folder when it is in no repository; absolute. */
  readonly project: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** `os.tmpdir()`. */
  readonly temporary: string
}

const FILE_NAME = 'benchmark-data.csv'

/**
 * The file that rows go to: the one named, else `results/benchmark-data.csv` of the project. With `CI` set (and neither `false`
 * nor `0`) it is `hl7bench/<project>-<hash of its path>/benchmark-data.csv` under `$RUNNER_TEMP` or the temporary folder, outside
 * the work tree: a build server that commits its results starts the next build.
 */
export function resultsFile(place: ResultsPlace): string {
  if (place.named !== null) return resolve(place.named)
  if (!isCi(place.env)) return join(place.project, 'results', FILE_NAME)
  const hash = createHash('sha256').update(place.project).digest('hex').slice(0, 8)
  return join(outside(place), 'hl7bench', `${basename(place.project) || 'root'}-${hash}`, FILE_NAME)
}

const isCi = (env: ResultsPlace['env']): boolean => !['', 'false', '0'].includes((env.CI ?? '').toLowerCase())

/** A temporary folder that is not in the work tree itself. */
function outside(place: ResultsPlace): string {
  const candidates = [place.env.RUNNER_TEMP ?? '', place.temporary].filter(folder => folder !== '')
  return candidates.find(folder => !contains(place.project, folder)) ?? dirname(place.project)
}

/** Whether `file` is `folder` or lies in it. Symbolic links are followed as far as the paths exist. */
export function contains(folder: string, file: string): boolean {
  const path = relative(realPath(folder), realPath(file))
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)
}

/** The path without symbolic links, as far as it exists. */
export function realPath(path: string): string {
  const absolute = resolve(path)
  if (existsSync(absolute)) return realpathSync(absolute)
  const parent = dirname(absolute)
  return parent === absolute ? absolute : join(realPath(parent), basename(absolute))
}

/** Folder of everything that goes with a results file but not into git: experiments and the file's lock. */
export const experimentsFolder = (results: string): string => join(dirname(realPath(results)), 'experiments')

export const lockFileOf = (results: string): string =>
  join(experimentsFolder(results), `${basename(realPath(results))}.lock`)

/** Makes the experiments folder, which git ignores whatever the project's own `.gitignore` says, and returns it. */
export function prepareExperimentsFolder(results: string): string {
  const folder = experimentsFolder(results)
  const ignore = join(folder, '.gitignore')
  try {
    makeFolder(folder)
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n')
  } catch (error) {
    throw writeError(folder, error)
  }
  return folder
}

/** Makes the folder of one experiment beside the results file and returns it. */
export function prepareExperimentFolder(results: string, experimentId: string): string {
  const folder = join(prepareExperimentsFolder(results), experimentId)
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw writeError(folder, error)
  }
  return folder
}

/** Whether a file is one that measuring itself writes: the results, what was torn off them, the experiments. */
export function isOwnFile(results: string, file: string): boolean {
  const real = realPath(results)
  return file === real || file.startsWith(`${real}.torn-`) || contains(experimentsFolder(results), file)
}
