type Env = Readonly<Record<string, string | undefined>>

/**
 * Variables in which build servers name the branch of a detached checkout; of a pull request first the branch it comes from.
 * (ci-info tells the server's name, not the branch.)
 */
const VARIABLES = [
  // GitHub Actions
  'GITHUB_HEAD_REF',
  'GITHUB_REF_NAME',
  // GitLab CI, Woodpecker
  'CI_MERGE_REQUEST_SOURCE_BRANCH_NAME',
  'CI_COMMIT_SOURCE_BRANCH',
  'CI_COMMIT_BRANCH',
  'CI_COMMIT_REF_NAME',
  // Jenkins
  'CHANGE_BRANCH',
  'BRANCH_NAME',
  'GIT_BRANCH',
  // Azure Pipelines: BUILD_SOURCEBRANCHNAME has only what follows the last slash
  'SYSTEM_PULLREQUEST_SOURCEBRANCH',
  'BUILD_SOURCEBRANCH',
  'BUILD_SOURCEBRANCHNAME',
  'CIRCLE_BRANCH',
  'BITBUCKET_BRANCH',
  'DRONE_SOURCE_BRANCH',
  'DRONE_BRANCH',
  'BUILDKITE_BRANCH',
  'TRAVIS_PULL_REQUEST_BRANCH',
  'TRAVIS_BRANCH',
  'APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH',
  'APPVEYOR_REPO_BRANCH',
  'CODEBUILD_WEBHOOK_HEAD_REF',
] as const

/** The branch that the build server says it builds, or null: none, or a tag. */
export function ciBranch(env: Env): string | null {
  if (buildsTag(env)) return null
  for (const variable of VARIABLES) {
    const branch = (env[variable] ?? '').replace(/^refs\/heads\//, '').replace(/^origin\//, '')
    if (branch !== '' && !branch.startsWith('refs/')) return branch
  }
  return null
}

const buildsTag = (env: Env): boolean =>
  env.GITHUB_REF_TYPE === 'tag' ||
  Boolean(env.CI_COMMIT_TAG || env.TRAVIS_TAG || env.BUILDKITE_TAG || env.DRONE_TAG || env.TAG_NAME) ||
  (env.BUILD_SOURCEBRANCH ?? '').startsWith('refs/tags/')
