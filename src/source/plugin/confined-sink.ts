import { UnsiloError } from '../../errors.ts'
import type { ParcelFolder, ParcelSink } from '../source.ts'

/** A sink that leads nowhere but into its parcel, and nowhere at all once the export has ended. */
export interface ConfinedSink {
  sink: ParcelSink
  /** Waits for what was begun, whether the module has waited for it or not. @throws what went wrong with it */
  settle(): Promise<void>
  /** From now on nothing is taken. */
  close(): void
}

export function confineSink(inner: ParcelSink, module: string): ConfinedSink {
  let isClosed = false
  const begun: Promise<unknown>[] = []

  function checkOpen(): void {
    if (isClosed) throw new UnsiloError('usage', `${module} writes after its export has ended`, { hint: advice })
  }

  function track<T>(action: () => Promise<T>): Promise<T> {
    checkOpen()
    const working = action()
    begun.push(working)
    working.catch(() => undefined)
    return working
  }

  function inside(path: string): string {
    checkOpen()
    const parts = path.split('/')
    if (!path.includes('\0') && !parts.some((part) => ['', '.', '..'].includes(part))) return path
    throw new UnsiloError('usage', `${module} writes to "${path}", which is no path inside its parcel`, {
      hint: 'A path is relative, with "/" between its parts, and without "..".',
    })
  }

  const confinedFolder = (folder: ParcelFolder): ParcelFolder => ({
    paths: () => folder.paths(),
    create: async (path, body) => track(() => folder.create(inside(path), body)),
    replace: async (path, text) => track(() => folder.replace(inside(path), text)),
    append: async (path) => track(() => folder.append(inside(path))),
    read: (path) => folder.read(inside(path)),
    readText: (path) => folder.readText(inside(path)),
    truncate: async (path, bytes) => track(() => folder.truncate(inside(path), bytes)),
    remove: async (path) => track(() => folder.remove(inside(path))),
    clear: async () => track(() => folder.clear()),
  })

  const sink: ParcelSink = {
    path: inner.path,
    async write(extension, body) {
      if (!/^(?:[\w-]+(?:\.[\w-]+)*)?$/.test(extension)) {
        throw new UnsiloError('usage', `${module} writes a file with the extension "${extension}"`, {
          hint: 'Write it like "json", without the dot.',
        })
      }
      return track(() => inner.write(extension, body))
    },
    folder: async () => confinedFolder(await track(() => inner.folder())),
    bytesSoFar: () => inner.bytesSoFar(),
  }
  return {
    sink,
    async settle() {
      for (const working of begun) await working
    },
    close: () => void (isClosed = true),
  }
}

const advice = 'Let it wait (`await`) for everything that it begins.'
