import type { Expectation, RequestDraft } from '../../model/stream.ts'
import { assign } from '../bytes.ts'
import type { PostedResource } from './files.ts'
import type { OperationRenderer } from './operation.ts'

/** Resources, and Bundles of each shape, are answered differently: each is a renderer with its share of the files. */
export function postedRenderers(
  resources: readonly PostedResource[],
): { renderer: OperationRenderer; share: number }[] {
  const kinds = new Map<string, { expectation: Expectation; posts: PostedResource[] }>()
  for (const resource of resources) {
    const expectation = expectationOf(resource)
    const key = JSON.stringify(expectation)
    const kind = kinds.get(key) ?? { expectation, posts: [] }
    kinds.set(key, kind)
    kind.posts.push(resource)
  }
  return [...kinds.values()].map(({ expectation, posts }) => ({
    renderer: postedRenderer(posts, expectation),
    share: posts.length / resources.length,
  }))
}

/** Bundles to be processed go to the base; one of another type (a document, a collection) is a resource like any: null. */
export function postsToBase({ resourceType, text }: PostedResource): 'transaction' | 'batch' | null {
  if (resourceType !== 'Bundle') return null
  const { type } = JSON.parse(text) as { type?: unknown }
  return type === 'transaction' || type === 'batch' ? type : null
}

function expectationOf(resource: PostedResource): Expectation {
  const type = postsToBase(resource)
  if (type === null) return { name: 'files', statuses: [201, 200], resourceType: null, total: null }
  const entries = plainEntries(resource)
  return {
    name: 'files (Bundle)',
    statuses: [200],
    resourceType: 'Bundle',
    total: null,
    ...(entries !== null && { entries, isAtomic: type === 'transaction' }),
  }
}

/** An entry of another method may be answered well with another status than 200 and 201: then none is looked at. */
const PLAIN_METHODS: readonly unknown[] = ['GET', 'POST', 'PUT']

/** Number of entries; null = not to be looked at one by one. */
function plainEntries({ text }: PostedResource): number | null {
  const { entry } = JSON.parse(text) as { entry?: unknown }
  if (!Array.isArray(entry) || entry.length === 0) return null
  return entry.every(each => PLAIN_METHODS.includes(each?.request?.method)) ? entry.length : null
}

/** Posts in turn: request i is resource i mod their number. */
function postedRenderer(resources: readonly PostedResource[], expectation: Expectation): OperationRenderer {
  const encoder = new TextEncoder()
  const posts = resources.map(resource => ({
    path: encoder.encode(postsToBase(resource) === null ? `/${resource.resourceType}` : '/'),
    body: encoder.encode(resource.text),
  }))
  function write(index: number, draft: RequestDraft): void {
    const { path, body } = posts[index % posts.length]!
    draft.method = 'POST'
    draft.contentType = 'application/fhir+json'
    draft.ifNoneExist.length = 0
    assign(draft.path, path)
    assign(draft.body, body)
  }
  return { expectation, write }
}
