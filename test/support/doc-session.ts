import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'

const parcelId = /\d{4}-\d\d-\d\dT\d{6}Z/g
const end = /\n@@(\d+)@@\n$/

/** A shell in which the commands of a page are typed one after the other, as a reader would. */
export interface DocSession {
  home: string
  /** Writes a file that a page shows. `~` is the home. */
  write(path: string, text: string): void
  /** Returns what is printed, on stdout and stderr; the home is `/home/you` and the machine `laptop`, as on the pages. */
  type(command: string): Promise<string>
  close(): void
}

/**
 * @param folder The home of this session; commands begin there.
 * @param program The script that `unsilo` stands for.
 */
export function openSession(folder: string, program: string): DocSession {
  const home = realpathSync(folder)
  const programs = join(home, '.bin')
  mkdirSync(programs)
  const unsilo = join(programs, 'unsilo')
  writeFileSync(unsilo, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
  chmodSync(unsilo, 0o755)
  const { UNSILO_ROOT: _root, FORCE_COLOR: _color, ...inherited } = process.env
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd: home,
    env: {
      ...inherited,
      HOME: home,
      PATH: `${programs}:${process.env['PATH']}`,
      NO_COLOR: '1',
      TZ: 'UTC',
      LC_ALL: 'C',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
    },
  })
  shell.stdin.write('exec 2>&1\n')
  return {
    home,
    write(path, text) {
      const full = path.replace(/^~/, home)
      mkdirSync(dirname(full), { recursive: true })
      writeFileSync(full, `${text}\n`)
    },
    type: async (command) =>
      (await answerOf(shell, command)).replaceAll(home, '/home/you').replaceAll(`"${hostname()}"`, '"laptop"'),
    close: () => shell.stdin.end(),
  }
}

function answerOf(shell: ChildProcessWithoutNullStreams, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const take = (chunk: Buffer): void => {
      output += chunk.toString('utf8')
      if (!end.test(output)) return
      shell.stdout.off('data', take)
      shell.off('error', reject)
      resolve(output.replace(end, ''))
    }
    shell.stdout.on('data', take)
    shell.once('error', reject)
    shell.stdin.write(`{ ${command}\n} </dev/null\nstatus=$?; printf '\\n@@%s@@\\n' "$status"; (exit "$status")\n`)
  })
}

/** Which parcel of this session stands for a parcel of the page. */
export class ParcelNames {
  readonly #real = new Map<string, string>()

  /** Learns from an output and from what the page says it is. */
  learn(shown: string, real: string): void {
    const ids = real.match(parcelId) ?? []
    for (const [index, id] of (shown.match(parcelId) ?? []).entries()) {
      if (ids[index] !== undefined && !this.#real.has(id)) this.#real.set(id, ids[index])
    }
  }

  /** What a command of the page is in this session. */
  inCommand(command: string): string {
    return command.replaceAll(parcelId, (id) => this.#real.get(id) ?? id)
  }
}

/**
 * An output without what differs from run to run: ids, times, durations, hashes, process ids, line breaks.
 *
 * @param isMeasured Sizes are the same in each run.
 */
export function withoutChance(output: string, isMeasured = true): string {
  return (isMeasured ? output : output.replaceAll(/\b\d+(?:\.\d+)? [kM]?B\b/g, 'SIZE'))
    .replaceAll(parcelId, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: UTC|Z)/g, 'TIME')
    .replaceAll(/\b\d{8}T\d{6}Z/g, 'TIME')
    .replaceAll(/less than a second|\d+ (?:second|minute|hour|day)s?(?: \d+ (?:second|minute|hour)s?)?/g, 'DURATION')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'HASH')
    .replaceAll(/"(pid|durationMs|ageMs)": ?[\d.]+/g, '"$1":N')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** True when the output is what the page shows; a line with `…` on the page stands for any lines. */
export function isAsShown(shown: string, real: string, isMeasured = true): boolean {
  const parts = shown.split(/^ *…$/m).map((part) => withoutChance(part, isMeasured))
  const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('.*')
  return new RegExp(`^${pattern}$`, 's').test(withoutChance(real, isMeasured))
}
