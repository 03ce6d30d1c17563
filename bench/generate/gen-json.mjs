#!/usr/bin/env node
// One JSON export of about --mb megabytes on stdout: a list of GitHub-like items, each one new, so that it compresses as
// real exports do.
// node gen-json.mjs [--mb 10] [--seed 1] > big.json
import { writeSync } from 'node:fs'
import { createRandom, readOptions, sentence, vocabulary } from './rng.mjs'

const options = readOptions({ mb: 10, seed: 1 })
const random = createRandom(options.seed)
const words = vocabulary(random, 6000)
const users = vocabulary(random, 3000)
const bufferLength = 2 ** 20

let id = 30_000_000_000
let left = options.mb * 1e6
let buffer = '['
for (let index = 0; left > 0; index++) {
  const item = JSON.stringify(nextItem(index))
  buffer += index === 0 ? `\n${item}` : `,\n${item}`
  left -= item.length
  if (buffer.length > bufferLength) flush()
}
buffer += '\n]\n'
flush()

function nextItem(index) {
  const login = random.favour(users)
  const repository = `${random.favour(users)}/${random.favour(words)}`
  id += random.integer(1, 90_000)
  return {
    id,
    title: sentence(random, words, random.integer(4, 12)),
    user: {
      login,
      id: login.length * 7919 + random.integer(0, 9999),
      avatar_url: `https://avatars.githubusercontent.com/u/${id % 999_983}?v=4`,
      type: 'User',
    },
    repository: { name: repository, url: `https://api.github.com/repos/${repository}` },
    state: random.chance(0.5) ? 'open' : 'closed',
    locked: false,
    score: random.integer(0, 500),
    comments: random.integer(0, 40),
    created_at: new Date(1.6e12 + index * 60_000).toISOString(),
    body: sentence(random, words, Math.min(300, Math.floor(random.logNormal(3.3, 0.9)))),
    reactions: { total_count: 0, '+1': 0, '-1': 0 },
  }
}

/** Writes all of the buffer: one call to a pipe may take a part only. */
function flush() {
  let bytes = Buffer.from(buffer)
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(1, bytes))
  buffer = ''
}
