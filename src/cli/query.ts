import { queryMirror } from '../dataset/views/query-mirror.ts'
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
  await writeAnswer(
    (output) =>
      withProgress(app, (context) =>
        queryMirror(args.sql, datasets, context, {
          ...(output === undefined ? {} : { output }),
          onProblem: (dataset, problem) => tellProblems(app, dataset, [problem]),
        }),
      ),
    format,
    args.output,
    app,
  )
  return status === ExitCode.ok ? status : ExitCode.failed
}
