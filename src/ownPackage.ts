import { registerHooks } from 'node:module'
import { extname } from 'node:path'

let registered = false

/**
 * Makes `import { defineScenario } from 'hl7bench'` work in a scenario file wherever it lies: also when hl7bench runs by npx or from a
 * checkout and no `node_modules` near the file holds it. For the whole process, once.
 */
export function resolveOwnPackage(): void {
  if (registered) return
  registered = true
  const own = new URL(`./index${extname(import.meta.url)}`, import.meta.url).href
  registerHooks({ resolve: (specifier, context, next) => next(specifier === 'hl7bench' ? own : specifier, context) })
}
