import type { Expectation, RequestDraft } from '../../model/stream.ts'
import { assign } from '../bytes.ts'
import type { PostedResource } from './files.ts'
import type { OperationRenderer } from './operation.ts'

/** Resources, and Bundles of each shape, are answered differently: each is a renderer with its share of the files. */
export function postedRenderers(
  resources: readonly PostedResource[],
): { renderer: OperationRenderer; share: number }[] {
  const posts = resources.map(postOf)
  return [...Map.groupBy(posts, ({ expectation }) => JSON.stringify(expectation)).values()].map(alike => ({
    renderer: postedRenderer(alike),
    share: alike.length / posts.length,
  }))
}

/** Bundles to be processed go to the base; one of another type (a document, a collection) is a resource like any: null. */
export function postsToBase({ resourceType, text }: PostedResource): 'transaction' | 'batch' | null {
  if (resourceType !== 'Bundle') return null
  const { type } = JSON.parse(text) as { type?: unknown }
  return type === 'transaction' || type === 'batch' ? type : null
}

interface Post {
  readonly expectation: Expectation
  readonly path: Uint8Array
  readonly body: Uint8Array
}

function postOf(resource: PostedResource): Post {
  const encoder = new TextEncoder()
  const type = postsToBase(resource)
  const body = encoder.encode(resource.text)
  if (type === null) {
    const expectation = { name: 'files', statuses: [201, 200], resourceType: null, total: null }
    return { expectation, path: encoder.encode(`/${resource.resourceType}`), body }
  }
  const entries = plainEntries(resource)
  const expectation = {
    ...{ name: 'files (Bundle)', statuses: [200], resourceType: 'Bundle', total: null },
    ...(entries !== null && { entries, isAtomic: type === 'transaction' }),
  }
  return { expectation, path: encoder.encode('/'), body }
}

/** An entry of another method may be answered well with another status than 200 and 201: then none is looked at. */
const PLAIN_METHODS: readonly unknown[] = ['GET', 'POST', 'PUT']

/** Number of entries; null = not to be looked at one by one. */
function plainEntries({ text }: PostedResource): number | null {
  const { entry } = JSON.parse(text) as { entry?: unknown }
  if (!Array.isArray(entry) || entry.length === 0) return null
  return entry.every(each => PLAIN_METHODS.includes(each?.request?.method)) ? entry.length : null
}

/** Posts in turn: request i is post i mod their number. */
function postedRenderer(posts: readonly Post[]): OperationRenderer {
  function write(index: number, draft: RequestDraft): void {
    const { path, body } = posts[index % posts.length]!
    draft.method = 'POST'
    draft.contentType = 'application/fhir+json'
    draft.ifNoneExist.length = 0
    assign(draft.path, path)
    assign(draft.body, body)
  }
  return { expectation: posts[0]!.expectation, write }
}
