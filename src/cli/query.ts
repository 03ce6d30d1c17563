import { queryMirror } from '../dataset/views/query-mirror.ts'
import { UnsiloError } from '../errors.ts'
import type { App } from './app.ts'
import { type AnswerFormat, chosenFormat } from './answer.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openDatasets } from './open-datasets.ts'
import { withProgress } from './with-progress.ts'
import { writeAnswer } from './write-answer.ts'
import { tellProblems } from './tell-problems.ts'

export interface QueryArguments {
  sql: string
  format?: AnswerFormat
  output?: string
}

export async function query(args: QueryArguments, app: App): Promise<ExitStatus> {
  const format = chosenFormat(args, app.json)
  const { datasets, status } = await openDatasets(app, [])
  let isIncomplete = status !== ExitCode.ok
  const answer = writeAnswer(
    (output) =>
      withProgress(app, (context) =>
        queryMirror(args.sql, datasets, context, {
          ...(output === undefined ? {} : { output }),
          onProblem(dataset, problem) {
            isIncomplete = true
            tellProblems(app, dataset, [problem])
          },
        }),
      ),
    format,
    args.output,
    app,
  )
  await answer.catch((error: unknown) => {
    throw isIncomplete ? withReason(error) : error
  })
  return status === ExitCode.ok ? status : ExitCode.failed
}

/** A table that is missing may be that of a view with which something is wrong, as has been told. */
function withReason(error: unknown): unknown {
  const name =
    error instanceof UnsiloError ? /^Catalog Error: Table with name (\S+) /.exec(error.message)?.[1] : undefined
  if (name === undefined) return error
  return new UnsiloError('query', `${name.replaceAll('"', '')} is not there`, {
    hint: 'Mend what is said above, if that is about it; `unsilo views` lists what there is.',
    cause: error,
  })
}
