import * as z from 'zod'
import { UnsiloError } from '../../errors.ts'
import { parsedBy } from '../../system/schema.ts'

interface RefusedOptions {
  /** Long options, without dashes. Their abbreviations are refused too: getopt_long(3) takes them. */
  names: readonly string[]
  /** Prefixes that change what follows them, as `skip-` does for MySQL. */
  prefixes?: readonly string[]
}

/**
 * `dump_args` of a database source. Long options only, and with `=` before a value: then each stands for itself, and none can
 * hide in a cluster of letters or pass as the value of another.
 *
 * @param example One that makes sense.
 */
export function dumpArgsConfig(program: string, example: string, refused: RefusedOptions) {
  return z
    .array(z.string().transform(parsedBy((argument) => checkArgument(program, example, argument, refused))))
    .default([])
    .describe(`More options for ${program}, such as "${example}". Those that unsilo sets itself are refused.`)
}

function checkArgument(
  program: string,
  example: string,
  argument: string,
  { names, prefixes = [] }: RefusedOptions,
): string {
  const option = /^--([A-Za-z][\w-]*)(?:=[^\0]*)?$/.exec(argument)?.[1]
  if (option === undefined) {
    throw new UnsiloError('config', `"${argument}" is not a long option`, {
      hint: `Write it like "${example}": two dashes, and "=" before a value.`,
    })
  }
  const plain = withoutPrefixes(option.toLowerCase().replaceAll('_', '-'), prefixes)
  const meant = names.find((one) => one.startsWith(plain))
  if (meant === undefined) return argument
  throw new UnsiloError('config', `"--${option}" is not for dump_args`, {
    hint: `unsilo sets --${meant} of ${program} itself, or needs it as it is: its own keys say where to connect and what to write.`,
  })
}

function withoutPrefixes(option: string, prefixes: readonly string[]): string {
  const prefix = prefixes.find((one) => option.startsWith(one))
  return prefix === undefined ? option : withoutPrefixes(option.slice(prefix.length), prefixes)
}
