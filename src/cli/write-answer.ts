import { once } from 'node:events'
import { resolve } from 'node:path'
import { UnsiloError } from '../errors.ts'
import { replaceFileBy, replaceFileWith } from '../system/replace-file.ts'
import { makeTemporaryFolder } from '../system/temporary-folder.ts'
import type { Query } from '../view/query/query.ts'
import { type AnswerFormat, answerText } from './answer.ts'
import type { App } from './app.ts'
import { undecryptedLines } from './undecrypted.ts'

/** Opens a question; `output`: the file that DuckDB itself may write. */
export type Open = (output: string | undefined) => Promise<Query>

/** Asks, and prints the answer or writes it to a file, which is whole or not there at all. */
export async function writeAnswer(
  open: Open,
  format: AnswerFormat,
  output: string | undefined,
  app: App,
): Promise<void> {
  if (output !== undefined) return toFile(open, format, resolve(app.cwd, output), app)
  if (format !== 'parquet') {
    return asked(open, undefined, app, async (query) => {
      const style = { columns: process.stdout.isTTY ? app.columns : undefined, paintHead: app.colors.out.dim }
      for await (const text of answerText(await query.ask(), format, style)) await writeOut(text)
    })
  }
  if (process.stdout.isTTY) {
    throw new UnsiloError('usage', 'Parquet is nothing to read on a terminal', { hint: 'Name a file with --output.' })
  }
  const temporary = makeTemporaryFolder()
  try {
    const path = `${temporary.path}/answer.parquet`
    await asked(open, path, app, (query) => query.writeParquet())
    for await (const chunk of app.context.system.files.read(path)) await writeOut(chunk)
  } finally {
    temporary.remove()
  }
}

async function toFile(open: Open, format: AnswerFormat, path: string, app: App): Promise<void> {
  const { files } = app.context.system
  if (format === 'parquet') {
    await replaceFileWith(files, path, async (temporary) => {
      await asked(open, temporary, app, (query) => query.writeParquet())
      await files.sync(temporary)
    })
    return
  }
  await asked(open, undefined, app, async (query) => {
    const answer = await query.ask()
    const style = { columns: undefined, paintHead: (text: string) => text }
    await replaceFileBy(files, path, async (sink) => {
      for await (const text of answerText(answer, format, style)) await sink.write(text)
    })
  })
}

async function asked(
  open: Open,
  output: string | undefined,
  app: App,
  action: (query: Query) => Promise<void>,
): Promise<void> {
  const query = await open(output)
  try {
    await action(query)
    for (const line of undecryptedLines(query.undecrypted(), app.colors.err)) app.note(line)
  } finally {
    query.close()
  }
}

/** Waits for a slow reader, so that a large answer does not pile up in memory. */
async function writeOut(text: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}
