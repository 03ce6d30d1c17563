// Seeded random numbers, made-up text and command line options for the generators: the same output on every machine.

/**
 * @typedef {object} Random
 * @property {() => number} word 32 random bits, unsigned
 * @property {() => number} fraction at least 0, less than 1
 * @property {(low: number, high: number) => number} integer from `low` to `high`, both included
 * @property {(probability: number) => boolean} chance
 * @property {<T>(list: readonly T[]) => T} pick
 * @property {<T>(list: readonly T[]) => T} favour picks the first far more often than the last (about Zipf's law)
 * @property {(mean: number, deviation: number) => number} logNormal the exponential of a normal number
 * @property {(length: number) => string} hex
 */

/**
 * The generator is sfc32 (PractRand), warmed up so that neighbouring seeds share nothing.
 *
 * @param {number} seed
 * @returns {Random}
 */
export function createRandom(seed) {
  let a = 0x9e3779b9 | 0
  let b = 0x243f6a88 | 0
  let c = 0xb7e15162 | 0
  let counter = (seed ^ 0xdeadbeef) | 0
  const word = () => {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + result) | 0
    return result >>> 0
  }
  for (let round = 0; round < 20; round++) word()

  const fraction = () => word() / 2 ** 32
  return {
    word,
    fraction,
    integer: (low, high) => low + Math.floor(fraction() * (high - low + 1)),
    chance: (probability) => fraction() < probability,
    pick: (list) => list[Math.floor(fraction() * list.length)],
    favour: (list) => list[Math.floor(fraction() ** 2.5 * list.length)],
    logNormal: (mean, deviation) => {
      const radius = Math.sqrt(-2 * Math.log((word() + 1) / (2 ** 32 + 1)))
      return Math.exp(mean + deviation * radius * Math.cos(2 * Math.PI * fraction()))
    },
    hex: (length) => {
      let text = ''
      while (text.length < length) text += word().toString(16).padStart(8, '0')
      return text.slice(0, length)
    },
  }
}

const commonest = ['the', 'a', 'of', 'to', 'and', 'in', 'is', 'it', 'that', 'for']
const syllables =
  'ba con de er fi gra hi in jo ka lo men na or pre qui re sta ti un ver wo ex ya zen al bri cha dro el'.split(' ')

/**
 * A vocabulary of `size` different words: the commonest English ones, then made-up ones, the first of them short.
 *
 * @param {Random} random
 * @param {number} size
 */
export function vocabulary(random, size) {
  const words = new Set(commonest)
  while (words.size < size) {
    const length = words.size < 200 ? random.integer(1, 2) : random.integer(2, 4)
    words.add(Array.from({ length }, () => random.pick(syllables)).join(''))
  }
  return [...words]
}

/**
 * As `vocabulary`, without the commonest words: for names.
 *
 * @param {Random} random
 * @param {number} count
 */
export function names(random, count) {
  return vocabulary(random, count + commonest.length).slice(commonest.length)
}

/**
 * A sentence with the odd comma, full stop, quotation and emoji.
 *
 * @param {Random} random
 * @param {readonly string[]} words
 * @param {number} length in words
 */
export function sentence(random, words, length) {
  const text = []
  for (let place = 0; place < length; place++) {
    let word = random.favour(words)
    if (place === 0) word = capitalized(word)
    else if (place % 11 === 0) word += random.chance(0.5) ? ',' : '.'
    if (random.chance(0.004)) word += ` — “${random.favour(words)}”`
    if (random.chance(0.003)) word += ' 😀'
    text.push(word)
  }
  return text.join(' ')
}

/** @param {string} word */
export function capitalized(word) {
  return word[0].toUpperCase() + word.slice(1)
}

/**
 * Reads `--name value`, `--name=value` and `--name` (`true`) from the command line. A value has the type of its default.
 * Anything unknown, and a missing option whose default is `undefined`, ends the process with exit code 2.
 *
 * @template {Record<string, string | number | boolean | undefined>} T
 * @param {T} defaults
 * @returns {T}
 */
export function readOptions(defaults) {
  const options = { ...defaults }
  const words = process.argv.slice(2)
  while (words.length > 0) {
    const [, name, joined] = /^--([a-z-]+)(?:=(.*))?$/.exec(words.shift()) ?? []
    if (name === undefined || !(name in defaults))
      fail(
        `options are ${Object.keys(defaults)
          .map((key) => `--${key}`)
          .join(' ')}`,
      )
    const value = joined ?? (words.length > 0 && !words[0].startsWith('--') ? words.shift() : 'true')
    options[name] = converted(name, value, defaults[name])
  }
  const missing = Object.keys(options).find((name) => options[name] === undefined)
  if (missing !== undefined) fail(`--${missing} is missing`)
  return options
}

function converted(name, value, usual) {
  if (typeof usual === 'boolean') return value !== 'false' && value !== '0'
  if (typeof usual !== 'number') return value
  if (Number.isNaN(Number(value))) fail(`--${name} ${value} is not a number`)
  return Number(value)
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
