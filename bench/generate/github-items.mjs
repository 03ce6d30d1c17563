import { names, sentence } from './rng.mjs'

/**
 * Issues as GitHub's API gives them.
 *
 * @param {import('./rng.mjs').Random} random
 * @param {readonly string[]} words
 * @param {readonly string[]} users
 */
export function createGithubItems(random, words, users) {
  const repositories = names(random, 400).map((word, index) => {
    const name = `${users[index % 97]}/${word}`
    return { id: 1_000_000 + index * 7907, name, url: `https://api.github.com/repos/${name}` }
  })
  const labels = names(random, 40).map((name, index) => ({
    id: 208_045_946 + index,
    name,
    color: ((index * 2_654_435_761) >>> 8).toString(16).padStart(6, '0'),
    default: false,
  }))
  let id = 30_000_000_000

  /** @param {number} time in seconds since 1970 */
  return function nextItem(time) {
    id += random.integer(1, 90_000)
    const repository = random.favour(repositories)
    const login = random.favour(users)
    const userId = users.indexOf(login) * 101 + 1000
    const number = random.integer(1, 5000)
    const itsLabels = Array.from({ length: random.integer(0, 3) }, () => random.pick(labels))
    return {
      id,
      node_id: `MDU6SXNzdWU${Buffer.from(String(id)).toString('base64')}`,
      number,
      title: sentence(random, words, random.integer(4, 12)),
      user: {
        login,
        id: userId,
        avatar_url: `https://avatars.githubusercontent.com/u/${userId}?v=4`,
        type: 'User',
        site_admin: false,
      },
      repository,
      url: `${repository.url}/issues/${number}`,
      html_url: `https://github.com/${repository.name}/issues/${number}`,
      labels: itsLabels,
      state: random.chance(0.5) ? 'open' : 'closed',
      locked: false,
      score: Math.floor(random.logNormal(1.2, 1.5)),
      comments: Math.floor(random.logNormal(0.8, 1.2)),
      created_at: isoTime(time),
      updated_at: isoTime(time + random.integer(0, 5000)),
      closed_at: null,
      author_association: random.pick(['NONE', 'CONTRIBUTOR', 'MEMBER', 'OWNER']),
      body: sentence(random, words, Math.min(300, Math.floor(random.logNormal(3, 0.9)))),
      reactions: { total_count: 0, '+1': 0, '-1': 0, laugh: 0, heart: 0 },
    }
  }
}

/** @param {number} time in seconds since 1970 */
export function isoTime(time) {
  return new Date(time * 1000).toISOString().replace('.000', '')
}
