import { fileError } from '../../src/system/file-error.ts'
import { type FileSink, type Files, systemFiles } from '../../src/system/files.ts'

/** The process is killed here: nothing that it would have done after this happens, not even its clean-up. */
export class Killed extends Error {
  override readonly name = 'Killed'
}

export interface BreakingFiles {
  files: Files
  /** Every step that changed the disk, or would have, as "rename data/X" or the like. */
  steps: string[]
}

/** What happens at a step: it is reached, or the process is killed, or the operating system refuses it. */
export type Fault = (step: number, name: string) => 'go on' | 'kill' | 'kill half-way' | { refuse: string }

/** The real disk, with a fault at some of the steps that change it. Steps count from 1. */
export function breakingFiles(fault: Fault): BreakingFiles {
  const steps: string[] = []
  let isDead = false
  /** @returns true when the step is to be done by half before the end */
  const reach = (doing: string, path: string): boolean => {
    if (isDead) throw new Killed()
    steps.push(`${doing} ${path}`)
    const verdict = fault(steps.length, steps.at(-1)!)
    if (verdict === 'go on') return false
    if (typeof verdict === 'object') {
      const error = Object.assign(new Error(verdict.refuse), { code: verdict.refuse, errno: -1, syscall: doing })
      throw fileError(error, doing, path) as Error
    }
    isDead = true
    if (verdict === 'kill half-way' && doing === 'write') return true
    throw new Killed()
  }
  const wrapSink = (sink: FileSink, path: string): FileSink => ({
    descriptor: sink.descriptor,
    async write(chunk) {
      if (reach('write', path)) {
        const bytes = Buffer.from(chunk as string)
        await sink.write(bytes.subarray(0, Math.ceil(bytes.length / 2)))
        throw new Killed()
      }
      await sink.write(chunk)
    },
    async sync() {
      reach('sync', path)
      await sink.sync()
    },
    close: () => sink.close(),
  })
  const files: Files = {
    ...systemFiles,
    async create(path) {
      reach('create', path)
      return wrapSink(await systemFiles.create(path), path)
    },
    async truncate(path, bytes) {
      reach('truncate', path)
      await systemFiles.truncate(path, bytes)
    },
    async append(path) {
      reach('open', path)
      return wrapSink(await systemFiles.append(path), path)
    },
    makeFolder(path) {
      if (systemFiles.info(path) !== undefined) return
      reach('make', path)
      systemFiles.makeFolder(path)
    },
    async sync(path) {
      reach('sync', path)
      await systemFiles.sync(path)
    },
    rename(from, to) {
      reach('rename', `${from} to ${to}`)
      systemFiles.rename(from, to)
    },
    copyLink(from, to) {
      reach('copy the link', from)
      systemFiles.copyLink(from, to)
    },
    async remove(path) {
      if (systemFiles.info(path) === undefined) return
      reach('remove', path)
      await systemFiles.remove(path)
    },
  }
  return { files, steps }
}
