import type { ItemPath } from '../../system/item-path.ts'
import { type Json, type JsonObject, isObject } from './json.ts'

/** A path whose names are as they stand in `Json`. */
export interface JsonPath {
  text: string
  /** `undefined`: each element of a list. */
  names: readonly (string | undefined)[]
}

export function jsonPath({ text, steps }: ItemPath): JsonPath {
  return { text, names: steps.map((step) => (typeof step === 'string' ? JSON.stringify(step) : undefined)) }
}

/** The value at a path without `[*]`; of a name that comes twice the last one, as JSON.parse has it. */
export function jsonAt(json: Json, { names }: JsonPath): Json | undefined {
  let here: Json | undefined = json
  for (const name of names) {
    if (here === undefined || name === undefined || !isObject(here)) return undefined
    here = memberOf(here, name)
  }
  return here
}

function memberOf({ names, values }: JsonObject, name: string): Json | undefined {
  return values[names.lastIndexOf(name)]
}

/** Takes out of `json`, in place, what is at a path; of a list that ends in `[*]`, all elements. */
export function removeAt(json: Json, { names }: JsonPath, from = 0): void {
  const name = names[from]
  if (typeof json === 'string') return
  const isLast = from === names.length - 1
  const rest = { text: '', names }
  if (name === undefined) {
    if (!Array.isArray(json)) return
    if (isLast) json.length = 0
    else for (const element of json) removeAt(element, rest, from + 1)
    return
  }
  if (Array.isArray(json)) return
  for (let index = json.names.length - 1; index >= 0; index--) {
    if (json.names[index] !== name) continue
    if (!isLast) removeAt(json.values[index]!, rest, from + 1)
    else {
      json.names.splice(index, 1)
      json.values.splice(index, 1)
    }
  }
}

/**
 * Makes `json` have, in place, what `other` has at a path; what `other` lacks is removed. Elements of lists are only told apart
 * by their places, so lists of different length stay as they are.
 */
export function copyAt(json: Json, other: Json, path: JsonPath): void {
  copyFrom(json, other, path, 0)
}

/** Puts, in place, another value where a path leads to one. */
export function setAt(json: Json, { names }: JsonPath, value: Json): void {
  const holder = jsonAt(json, { text: '', names: names.slice(0, -1) })
  const name = names.at(-1)
  if (holder === undefined || name === undefined || !isObject(holder)) return
  setMember(holder, name, value)
}

function copyFrom(json: Json, other: Json, path: JsonPath, from: number): void {
  const name = path.names[from]
  if (name === undefined) copyElements(json, other, path, from)
  else if (isObject(json)) {
    const theirs = isObject(other) ? memberOf(other, name) : undefined
    if (theirs === undefined) removeAt(json, path, from)
    else if (from === path.names.length - 1) setMember(json, name, theirs)
    else copyFrom(containerIn(json, name), theirs, path, from + 1)
  }
}

function copyElements(json: Json, other: Json, path: JsonPath, from: number): void {
  if (!Array.isArray(json) || !Array.isArray(other)) return
  if (from === path.names.length - 1) json.splice(0, json.length, ...other)
  else if (json.length === other.length) {
    for (const [index, element] of json.entries()) copyFrom(element, other[index]!, path, from + 1)
  }
}

/** The value below which something is put: an empty object where there is none, or null. */
function containerIn(json: JsonObject, name: string): Json {
  const there = memberOf(json, name)
  if (there !== undefined && there !== 'null') return there
  const made: JsonObject = { names: [], values: [] }
  setMember(json, name, made)
  return made
}

function setMember(json: JsonObject, name: string, value: Json): void {
  const index = json.names.lastIndexOf(name)
  if (index !== -1) json.values[index] = value
  else {
    json.names.push(name)
    json.values.push(value)
  }
}
