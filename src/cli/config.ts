import { describeConfig } from '../config/show.ts'
import { textTable } from '../report/table.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openDatasets } from './open-datasets.ts'

export async function validate(args: { datasets: string[] }, app: App): Promise<ExitStatus> {
  const { datasets, loaded, status } = await openDatasets(app, args.datasets)
  if (app.json) app.printJson({ root: app.root, configProblems: loaded.problems })
  else if (!app.quiet && status === ExitCode.ok) {
    app.print(`${datasets.length} dataset${datasets.length === 1 ? '' : 's'} in ${app.root}: no mistakes`)
  }
  return status
}

export async function show(args: { datasets: string[] }, app: App): Promise<ExitStatus> {
  const { loaded, status } = await openDatasets(app, args.datasets)
  const described = await Promise.all(
    loaded.datasets.map(async (dataset) => ({
      dataset: dataset.name,
      path: dataset.path,
      keys: await describeConfig(dataset),
    })),
  )
  if (app.json) app.printJson({ root: app.root, datasets: described })
  else {
    const { bold, dim } = app.colors.out
    for (const { dataset, path, keys } of described) {
      const rows = keys.map(({ key, value, origin }) => [
        { text: `  ${key}` },
        { text: JSON.stringify(value) },
        { text: origin, paint: dim },
      ])
      app.print(`${bold(dataset)} ${dim(path)}\n${textTable(rows, Infinity)}\n`)
    }
  }
  return status
}

export async function schema(args: { ofRoot?: boolean }, app: App): Promise<ExitStatus> {
  const { datasetJsonSchema, rootJsonSchema } = await import('../config/json-schema.ts')
  app.printJson(args.ofRoot === true ? rootJsonSchema() : datasetJsonSchema())
  return ExitCode.ok
}
