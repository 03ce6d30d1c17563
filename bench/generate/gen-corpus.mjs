#!/usr/bin/env node
// Daily snapshots that are nearly the same, as a mirror gathers them. One JSON file each: FOLDER/20240101T060000Z.json.
//   stream: Reddit-like, indented, newest first: the newest --window items of a feed with about --new items a day. A day,
//           2 % of them get other scores, 0.1 % an edited text, 0.05 % vanish; --volatile changes a number in every item.
//   full:   GitHub-like, on one line, oldest first: all items, growing from --from-items to --to-items over --days. A day,
//           0.3 % of them are edited, 0.01 % vanish.
// node gen-corpus.mjs --out FOLDER [--kind stream] [--days 365] [--every 1] [--seed 1] [--window 1000] [--new 30]
//                     [--from-items 5000] [--to-items 20000] [--volatile] [--extra 0] [--limit 0] [--gzip]
// --every N writes each Nth day; --extra N writes N more snapshots to FOLDER.next; --limit N ends after N snapshots;
// --gzip writes .json.gz.
// At the end it prints what it made, as JSON.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createGithubItems, isoTime } from './github-items.mjs'
import { createRedditItems } from './reddit-items.mjs'
import { createRandom, readOptions, sentence, vocabulary } from './rng.mjs'

const options = readOptions({
  kind: 'stream',
  out: undefined,
  days: 365,
  every: 1,
  seed: 1,
  window: 1000,
  new: 30,
  'from-items': 5000,
  'to-items': 20_000,
  volatile: false,
  extra: 0,
  limit: 0,
  gzip: false,
})
const daySeconds = 86_400
const startTime = Date.UTC(2024, 0, 1, 6) / 1000

const random = createRandom(options.seed * 7919 + (options.kind === 'full' ? 1 : 0))
const words = vocabulary(random, 6000)
const users = vocabulary(random, 3000).map((word, index) => `${word}_${index.toString(36)}`)
const nextRedditItem = createRedditItems(random, words, users)
const nextGithubItem = createGithubItems(random, words, users)

const stream = {
  next: nextRedditItem,
  itemsBefore: options.window,
  daysBefore: 34,
  newOn: () => random.integer(Math.round(options.new * 0.6), Math.round(options.new * 1.4)),
  // More than the window: an item that vanishes lets an older one back in.
  kept: options.window + 20,
  vanishing: 0.0005,
  change: changePost,
  print: (items) => `${JSON.stringify(items.slice(-options.window).reverse(), null, 1)}\n`,
}
const full = {
  next: nextGithubItem,
  itemsBefore: options['from-items'],
  daysBefore: 400,
  newOn: (day) => grownBy(day + 1) - grownBy(day),
  kept: Infinity,
  vanishing: 0.0001,
  change: changeIssue,
  print: (items) => JSON.stringify(items),
}
const made = { kind: options.kind, files: 0, bytes: 0, items_created: 0, edits: 0 }
generate(options.kind === 'full' ? full : stream)
process.stdout.write(`${JSON.stringify(made)}\n`)

function generate(kind) {
  const secondsBefore = kind.daysBefore * daySeconds
  let items = Array.from({ length: kind.itemsBefore }, (_, index) =>
    kind.next(startTime - secondsBefore + Math.floor((secondsBefore * index) / kind.itemsBefore)),
  )
  made.items_created = items.length
  for (let day = 0; day < options.days + options.extra * options.every; day++) {
    const now = startTime + day * daySeconds
    const count = kind.newOn(day)
    for (let index = 0; index < count; index++) {
      items.push(kind.next(now - daySeconds + Math.floor((daySeconds * (index + random.fraction())) / count)))
    }
    made.items_created += count
    if (items.length > kind.kept) items = items.slice(-kind.kept)
    for (const item of items) kind.change(item, now)
    items = items.filter(() => !random.chance(kind.vanishing))
    if (day % options.every !== 0) continue
    write(day, now, kind.print(items))
    if (made.files === options.limit) return
  }
}

function write(day, now, text) {
  const folder = resolve(options.out) + (day < options.days ? '' : '.next')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${isoTime(now).replaceAll(/[-:]/g, '')}.json`)
  if (options.gzip) writeFileSync(`${path}.gz`, gzipSync(text, { level: 1 }))
  else writeFileSync(path, text)
  made.files++
  made.bytes += Buffer.byteLength(text)
}

function grownBy(day) {
  return Math.round(((options['to-items'] - options['from-items']) * day) / options.days)
}

function changePost(post, now) {
  if (options.volatile) post.subreddit_subscribers += random.integer(-3, 9)
  if (random.chance(0.02)) {
    post.score = Math.max(0, post.score + random.integer(-3, 20))
    post.ups = post.score
    post.num_comments += random.integer(0, 3)
    made.edits++
  }
  if (random.chance(0.001)) {
    post.selftext += `\n\nEdit: ${sentence(random, words, random.integer(3, 20))}`
    post.edited = now - random.integer(1, daySeconds)
    made.edits++
  }
}

function changeIssue(issue, now) {
  if (!random.chance(0.003)) return
  issue.comments += random.integer(1, 3)
  issue.score += random.integer(0, 4)
  issue.updated_at = isoTime(now - random.integer(1, daySeconds))
  if (random.chance(0.2)) {
    issue.state = 'closed'
    issue.closed_at = issue.updated_at
  }
  made.edits++
}
