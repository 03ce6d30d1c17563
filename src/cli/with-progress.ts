import type { Context } from '../dataset/dataset.ts'
import type { App } from './app.ts'
import { openProgress } from './progress.ts'

/** Does what may take a while, with a live line for people who watch. */
export async function withProgress<T>(app: App, action: (context: Context) => Promise<T>): Promise<T> {
  const progress = openProgress(app)
  try {
    return await action({ ...app.context, onProgress: progress.onProgress })
  } finally {
    progress.close()
  }
}
