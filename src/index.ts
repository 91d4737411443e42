export { defineScenario } from './scenario/define.ts'
export type { ScenarioInput } from './scenario/schema.ts'
export type { MessageFunction, RequestFunction, RequestSpec } from './workload/code.ts'
