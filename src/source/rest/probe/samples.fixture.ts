import { type Page, look } from './look.ts'

// Answers as these services give them, with few records and other people's names left out.

const stamp = (minute: number): string => `2024-02-29T10:${String(minute).padStart(2, '0')}:00Z`
const five = [0, 1, 2, 3, 4]

/** https://docs.github.com/en/rest/issues/issues#list-repository-issues */
export const github: Page = {
  headers: {
    'content-type': 'application/json; charset=utf-8',
    link: '<https://api.github.com/repositories/1/issues?per_page=5&page=2>; rel="next", <https://api.github.com/repositories/1/issues?per_page=5&page=60>; rel="last"',
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4987',
    'x-ratelimit-reset': '1709204400',
    'x-ratelimit-used': '13',
    'x-ratelimit-resource': 'core',
  },
  body: five.map((n) => ({
    id: 2_100_000_000 - n,
    node_id: `I_kwDOA${n}`,
    url: `https://api.github.com/repos/me/x/issues/${40 - n}`,
    number: 40 - n,
    title: `It breaks in case ${n}`,
    user: { login: 'me', id: 1 },
    labels: [{ id: 7, name: 'bug' }],
    comments: n,
    created_at: stamp(30 - n),
    updated_at: stamp((n * 7) % 20),
    closed_at: null,
  })),
}

/** https://www.reddit.com/dev/api/#listings */
export const reddit: Page = {
  headers: { 'x-ratelimit-remaining': '594.0', 'x-ratelimit-used': '6', 'x-ratelimit-reset': '287' },
  body: {
    kind: 'Listing',
    data: {
      after: 't3_1b2c3d',
      dist: 5,
      modhash: null,
      geo_filter: '',
      children: five.map((n) => ({
        kind: 't3',
        data: {
          id: `1b2c3${n}`,
          name: `t3_1b2c3${n}`,
          title: 'Same',
          score: 3,
          saved: true,
          created_utc: 1_709_200_000 - n,
        },
      })),
      before: null,
    },
  },
}

/** https://h.readthedocs.io/en/latest/api-reference/v1/#tag/annotations/paths/~1search/get */
export const hypothesis: Page = {
  headers: {},
  body: {
    total: 673,
    rows: five.map((n) => ({
      id: `Zx${n}kQ`,
      created: `2024-02-01T10:0${(n * 3) % 5}:00.000001+00:00`,
      updated: `2024-02-29T10:0${Math.min(n, 3)}:00.123456+00:00`,
      uri: 'https://example.org/',
      tags: [],
    })),
  },
}

/** https://docs.joinmastodon.org/methods/bookmarks/ */
export const mastodon: Page = {
  headers: {
    link: '<https://mastodon.example/api/v1/bookmarks?limit=5&max_id=4102>; rel="next", <https://mastodon.example/api/v1/bookmarks?limit=5&min_id=4107>; rel="prev"',
    'x-ratelimit-limit': '300',
    'x-ratelimit-remaining': '299',
    'x-ratelimit-reset': '2024-02-29T10:35:00.000000Z',
  },
  body: five.map((n) => ({
    id: String(111_000_000_000_000_000n - BigInt(n)),
    created_at: `2024-02-29T10:0${5 - n}:00.000Z`,
  })),
}

/** https://developer.todoist.com/api/v1/#tag/Tasks/operation/get_tasks_api_v1_tasks_get */
export const todoist: Page = {
  headers: {},
  body: {
    results: five.map((n) => ({
      id: `6X7rM${n}`,
      content: 'Buy bread',
      labels: [],
      added_at: stamp(n),
      updated_at: stamp(9 - n),
    })),
    next_cursor: 'aGVsbG8gd29ybGQ',
  },
}

/** https://pinboard.in/api/#posts_all */
const pinboard: Page = {
  headers: { 'content-type': 'text/json; charset=utf-8' },
  body: five.map((n) => ({
    href: `https://example.org/${n}`,
    description: 'A page',
    hash: `${n}f2a9c`,
    time: stamp(30 - n),
    tags: 'a b',
  })),
}

/** https://www.last.fm/api/show/user.getRecentTracks; the first one plays now. */
const lastfm: Page = {
  headers: {},
  body: {
    recenttracks: {
      track: [
        { name: 'Now', artist: { '#text': 'Nobody' }, '@attr': { nowplaying: 'true' } },
        ...five.map((n) => ({
          name: `Song ${n % 2}`,
          artist: { '#text': 'Somebody' },
          date: { uts: String(1_709_200_000 - Math.floor(n / 2) * 200), '#text': '29 Feb 2024, 09:46' },
        })),
      ],
      '@attr': { user: 'me', totalPages: '14', page: '1', perPage: '50', total: '673' },
    },
  },
}

/** https://developer.raindrop.io/v1/raindrops/multiple */
const raindrop: Page = {
  headers: {},
  body: {
    result: true,
    items: five.map((n) => ({
      _id: 700 - n,
      link: 'https://example.org/',
      created: `2024-02-29T10:0${5 - n}:00.000Z`,
      collection: { $id: 3 },
    })),
    count: 673,
    collectionId: 0,
  },
}

/** https://developer.wordpress.org/rest-api/using-the-rest-api/pagination/ */
const wordpress: Page = {
  headers: {
    'x-wp-total': '42',
    'x-wp-totalpages': '9',
    link: '<https://example.org/wp-json/wp/v2/posts?page=2>; rel="next"',
  },
  body: five.map((n) => ({
    id: 900 - n,
    slug: `post-${n}`,
    date: `2024-02-2${9 - n}T10:00:00`,
    modified: '2024-03-01T10:00:00',
  })),
}

const bareArray: Page = { headers: {}, body: five.map((n) => ({ label: `same ${n % 2}`, size: n % 3 })) }

const emptyList: Page = { headers: {}, body: { items: [], next_cursor: null } }

export const htmlPage = '<!DOCTYPE html>\n<html lang="en"><head><title>Sign in</title></head><body></body></html>'

export const samples = {
  github,
  reddit,
  hypothesis,
  mastodon,
  todoist,
  pinboard,
  lastfm,
  raindrop,
  wordpress,
  bareArray,
  emptyList,
}

export const seenIn = (name: keyof typeof samples): ReturnType<typeof look> => look(samples[name])
