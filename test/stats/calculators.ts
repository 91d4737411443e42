import { execFileSync } from 'node:child_process'

/** Whether R can be run. */
export const hasR = can('Rscript', ['-e', 'cat(1)'])

/** Before 1.12 scipy computes the Shapiro-Wilk test in single precision. */
const NEW_ENOUGH = `import scipy, scipy.stats
assert tuple(map(int, scipy.__version__.split('.')[:2])) >= (1, 12)`

/** A Python that can import a scipy that is precise enough, or null. */
export const scipyPython =
  [process.env.HL7BENCH_PYTHON, 'python3', '/usr/bin/python3'].find(
    python => python !== undefined && can(python, ['-c', NEW_ENOUGH]),
  ) ?? null

/** The values of R expressions, each one number, in one R process. */
export function evaluateInR(expressions: readonly string[]): number[] {
  const lines = expressions.map(expression => `cat(sprintf("%.17g\\n", as.numeric(${expression})))`)
  const script = ['options(warn = -1)', ...lines].join('\n')
  return numbersOf(execFileSync('Rscript', ['--vanilla', '-'], { input: script, encoding: 'utf8' }), expressions)
}

/** The values of Python expressions over `st` (scipy.stats), each one number, in one process. */
export function evaluateInScipy(expressions: readonly string[]): number[] {
  const lines = expressions.map(expression => `print(repr(float(${expression})))`)
  const script = ['import warnings', 'warnings.simplefilter("ignore")', 'import scipy.stats as st', ...lines].join('\n')
  return numbersOf(execFileSync(scipyPython!, ['-'], { input: script, encoding: 'utf8' }), expressions)
}

export const rVector = (values: readonly number[]): string => `c(${values.map(String).join(',')})`
export const pyList = (values: readonly number[]): string => `[${values.map(String).join(',')}]`

function numbersOf(output: string, expressions: readonly string[]): number[] {
  const numbers = output.trim().split(/\s+/).map(Number)
  if (numbers.length !== expressions.length || numbers.some(Number.isNaN))
    throw new Error(`expected ${expressions.length} numbers, found ${output}`)
  return numbers
}

function can(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, [...args], { stdio: 'ignore', timeout: 60_000 })
    return true
  } catch {
    return false
  }
}
