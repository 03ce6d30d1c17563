// Which modules of the bundle are loaded as one file.
//
// esbuild puts modules into one file that are needed by exactly the same entry points. Each dynamic import is one, so that
// makes hundreds of files, most of them small; and to find, read and link a file takes Node as long as to compile 20 kB. So
// modules that are mostly needed together are made to be needed together: each entry point of such a part imports all of it.

/** What loading one more file costs, as the bytes that could be compiled in that time. Measured with Node.js 20. */
const fileCost = 20_000

/** What timers start, and `report`, are started so many times as often as any other. */
const oftenTimes = 10

/**
 * @typedef {object} Part Modules that are loaded together.
 * @property {string[]} modules their paths
 * @property {number} bytes
 * @property {Uint32Array} users a bit for each entry point that needs it, several for those that are often needed
 * @property {number[]} needs the numbers of parts that its modules import
 */

/**
 * Chooses parts so that all entry points, taken together, have little to load.
 *
 * @param {import('esbuild').Metafile} metafile of the bundle as esbuild alone cuts it
 * @param {{ main: string, often: readonly string[] }} starts the entry point that is loaded before all others, and to which nothing is
 *   added; and those that are loaded most of the time
 * @param {(path: string) => boolean} canImport whether imports can be added to another module
 * @returns {{ modules: string[], users: string[] }[]} what is in a part, and which entry points have to import all of it
 */
export function planParts({ outputs }, { main, often }, canImport) {
  const entries = Object.entries(outputs).flatMap(([file, { entryPoint }]) =>
    entryPoint === undefined
      ? []
      : Array.from({ length: often.includes(entryPoint) ? oftenTimes : 1 }, () => ({ file, path: entryPoint })),
  )
  // The first bit is that of `main`: see costOf.
  entries.sort((a, b) => Number(b.path === main) - Number(a.path === main))
  /** Entry points that cannot be made to need more. */
  const fixed = new Uint32Array(Math.ceil(entries.length / 32))
  for (const [number, { path }] of entries.entries()) if (!canImport(path)) setBit(fixed, number)
  const refused = new Set()
  let parts = readParts(outputs, entries)
  for (let next = parts; next !== undefined; next = joinTwo(parts, fixed, refused)) parts = next
  return parts.map(({ modules, users }) => ({
    modules: modules.filter(canImport),
    users: [
      ...new Set(entries.flatMap(({ path }, number) => (hasBit(users, number) && canImport(path) ? [path] : []))),
    ],
  }))
}

/** @returns {Part[]} */
function readParts(outputs, entries) {
  const files = Object.keys(outputs)
  const numbers = new Map(files.map((file, number) => [file, number]))
  const parts = Object.values(outputs).map(({ inputs, imports }) => ({
    modules: Object.keys(inputs),
    bytes: Object.values(inputs).reduce((sum, { bytesInOutput }) => sum + bytesInOutput, 0),
    users: new Uint32Array(Math.ceil(entries.length / 32)),
    needs: imports.flatMap((one) => (one.external || one.kind === 'dynamic-import' ? [] : [numbers.get(one.path)])),
  }))
  for (const [number, { file }] of entries.entries()) setBit(parts[numbers.get(file)].users, number)
  for (const { file } of entries) shareUsers(parts, parts[numbers.get(file)])
  return parts
}

/** Whoever needs a part needs all that it needs. */
function shareUsers(parts, { users, needs }) {
  for (const number of needs) {
    const needed = parts[number]
    if (isWithin(users, needed.users)) continue
    needed.users = union(users, needed.users)
    shareUsers(parts, needed)
  }
}

/** The parts, with those two joined that gain the most; `undefined` when no two gain anything. */
function joinTwo(parts, fixed, refused) {
  const cost = costOf(parts)
  for (const { one, other, name } of pairsToTry(parts, fixed, refused)) {
    const joined = join(parts, one, other)
    if (costOf(joined) < cost) return joined
    refused.add(name)
  }
  return undefined
}

/** Pairs that would gain something if they needed nothing else, the best first. */
function pairsToTry(parts, fixed, refused) {
  const pairs = []
  const costs = parts.map((part) => costOf([part]))
  for (const [one, a] of parts.entries()) {
    for (let other = one + 1; other < parts.length; other++) {
      const b = parts[other]
      const gain = costs[one] + costs[other] - countLoads(a.users, b.users) * (a.bytes + b.bytes + fileCost)
      if (gain <= 0 || getsMore(a, b, fixed)) continue
      const name = `${a.users} ${b.users}`
      if (!refused.has(name)) pairs.push({ one, other, gain, name })
    }
  }
  return pairs.sort((a, b) => b.gain - a.gain)
}

/** Whether one of these entry points would need a part that it does not need yet. */
function getsMore({ users: a }, { users: b }, entries) {
  return entries.some((bits, index) => ((a[index] ^ b[index]) & bits) !== 0)
}

function join(parts, one, other) {
  const joined = regroup(parts, (_, number) => (number === other ? one : number))
  shareUsers(joined, joined[one])
  return regroup(joined, ({ users }) => users.join())
}

/** Makes one part of those that have the same key. */
function regroup(parts, keyOf) {
  const groups = new Map()
  const keys = parts.map(keyOf)
  for (const [number, key] of keys.entries()) groups.set(key, [...(groups.get(key) ?? []), parts[number]])
  const order = new Map([...groups.keys()].map((key, place) => [key, place]))
  const places = keys.map((key) => order.get(key))
  return [...groups.values()].map((members, place) => {
    return {
      modules: members.flatMap(({ modules }) => modules),
      bytes: members.reduce((sum, { bytes }) => sum + bytes, 0),
      users: members.map(({ users }) => users).reduce(union),
      needs: [...new Set(members.flatMap(({ needs }) => needs.map((number) => places[number])))].filter(
        (needed) => needed !== place,
      ),
    }
  })
}

/** What all entry points together have to load, if each is loaded by itself, after the main one. */
function costOf(parts) {
  return parts.reduce((sum, { bytes, users }) => sum + countLoads(users, users) * (bytes + fileCost), 0)
}

/** How often a part is loaded that these need: once if it is there before all others. */
function countLoads(users, others) {
  return hasBit(users, 0) || hasBit(others, 0) ? 1 : countEither(users, others)
}

function setBit(bits, number) {
  bits[number >>> 5] |= 1 << (number & 31)
}

function hasBit(bits, number) {
  return ((bits[number >>> 5] >>> (number & 31)) & 1) === 1
}

function union(one, other) {
  return one.map((bits, index) => bits | other[index])
}

function isWithin(inner, outer) {
  return inner.every((bits, index) => (bits & ~outer[index]) === 0)
}

/** How many bits are set in one of the two, or in both. */
function countEither(one, other) {
  let count = 0
  for (let index = 0; index < one.length; index++) {
    // Sums of 2, of 4, of 8 bits beside each other, then of all.
    let bits = one[index] | other[index]
    bits -= (bits >>> 1) & 0x55555555
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return count
}
