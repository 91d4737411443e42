import type { RequestDraft } from '../../model/stream.ts'
import { assign } from '../bytes.ts'
import type { PostedResource } from './files.ts'
import type { OperationRenderer } from './operation.ts'

/** Resources and Bundles of one operation are answered differently: each kind is a renderer with its share of the files. */
export function postedRenderers(
  resources: readonly PostedResource[],
): { renderer: OperationRenderer; share: number }[] {
  const bundles = resources.filter(isBundle)
  const others = resources.filter(resource => !isBundle(resource))
  const kinds = [
    { posts: others, expectation: { name: 'files', statuses: [201, 200], resourceType: null, total: null } },
    { posts: bundles, expectation: { name: 'files (Bundle)', statuses: [200], resourceType: 'Bundle', total: null } },
  ]
  return kinds
    .filter(({ posts }) => posts.length > 0)
    .map(({ posts, expectation }) => ({
      renderer: postedRenderer(posts, expectation),
      share: posts.length / resources.length,
    }))
}

const isBundle = (resource: PostedResource): boolean => postsToBase(resource) !== null

/** Bundles to be processed go to the base; one of another type (a document, a collection) is a resource like any: null. */
export function postsToBase({ resourceType, text }: PostedResource): 'transaction' | 'batch' | null {
  if (resourceType !== 'Bundle') return null
  const { type } = JSON.parse(text) as { type?: unknown }
  return type === 'transaction' || type === 'batch' ? type : null
}

/** Posts in turn: request i is resource i mod their number. */
function postedRenderer(
  resources: readonly PostedResource[],
  expectation: OperationRenderer['expectation'],
): OperationRenderer {
  const encoder = new TextEncoder()
  const posts = resources.map(resource => ({
    path: encoder.encode(isBundle(resource) ? '/' : `/${resource.resourceType}`),
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
