// A target with all methods, as a user would write it without any library: files in a folder.
import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'

const failure = (code, message) => Object.assign(new Error(message), { name: 'UnsiloError', code })

const infoOf = async (path) => {
  try {
    return await stat(path)
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  }
}

async function replace(file, write) {
  // With `recursive`, Node.js says ENOENT for a file system that is read-only; without, what it is.
  await mkdir(dirname(file), { recursive: true }).catch(() => mkdir(dirname(file)))
  const unfinished = join(dirname(file), `.unsilo-${randomBytes(6).toString('hex')}-upload.tmp`)
  try {
    await write(unfinished)
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

const config = { '~standard': { version: 1, vendor: 'none', validate: (value) => ({ value }) } }

function open({ folder }, { root }) {
  const base = resolve(root, folder)
  return {
    parallel: 8,
    async *list(prefix) {
      const folderThere = join(base, prefix)
      if (!(await infoOf(folderThere))?.isDirectory()) return
      for (const entry of await readdir(folderThere, { recursive: true, withFileTypes: true })) {
        const file = join(entry.parentPath, entry.name)
        const info = entry.isFile() ? await infoOf(file) : undefined
        if (info !== undefined) yield { path: relative(base, file), sizeBytes: info.size }
      }
    },
    async put(path, body, signal) {
      await replace(join(base, path), (unfinished) => pipeline(body(), createWriteStream(unfinished), { signal }))
    },
    async putAll(files) {
      for (const { path, from } of files) await replace(join(base, path), (unfinished) => copyFile(from, unfinished))
      return 'sent'
    },
    async get(path, _signal, range) {
      const file = join(base, path)
      if (!(await infoOf(file))?.isFile()) throw failure('not-found', `there is no file ${file}`)
      return createReadStream(file, range === undefined ? {} : { start: range.from, end: range.from + range.bytes - 1 })
    },
    async move(from, to) {
      if ((await infoOf(join(base, from))) === undefined) throw failure('not-found', `there is no ${from}`)
      if ((await infoOf(join(base, to))) !== undefined) throw failure('clash', `there is something at ${to}`)
      await mkdir(dirname(join(base, to)), { recursive: true })
      await rename(join(base, from), join(base, to))
    },
    async remove(path) {
      if ((await infoOf(join(base, path))) !== undefined) await rm(join(base, path))
    },
    async removeFolder(path) {
      await rm(join(base, path), { recursive: true, force: true })
    },
    async close() {},
  }
}

export default { kind: 'shelf', config, open }
