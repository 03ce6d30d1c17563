import type { Colors } from 'picocolors/types.js'
import { openDataset } from '../dataset/dataset.ts'
import { type ProbedStream, probeDataset, sayStream } from '../dataset/probe.ts'
import { UnsiloError } from '../errors.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openDatasets } from './open-datasets.ts'

export async function probe(args: { dataset: string; stream?: string }, app: App): Promise<ExitStatus> {
  const { loaded } = await openDatasets(app, [args.dataset])
  const [dataset] = loaded.datasets
  if (dataset === undefined) {
    throw new UnsiloError('config', `${args.dataset} cannot be used until its configuration is mended`)
  }
  const streams = await probeDataset(openDataset(dataset), app.context, {
    stream: args.stream,
    written: dataset.sources.dataset.values,
    say: (message) => app.note(message),
  })
  if (app.json) app.printJson({ dataset: dataset.name, streams })
  else app.print(streams.map((stream) => streamText(stream, app.colors.out)).join('\n\n'))
  return streams.some(({ result }) => result === 'failed') ? ExitCode.failed : ExitCode.ok
}

function streamText(stream: ProbedStream, colors: Colors): string {
  const { method, path } = stream.request
  const said = sayStream(stream)
  const lines = said.map(({ about, text }, index) => {
    // What is said of one thing stands together.
    const label = said[index - 1]?.about === about ? '' : about
    return `${paintOf(about, colors)(label.padEnd(7))}  ${text}`.trimEnd()
  })
  const block = stream.toml === undefined ? [] : ['', stream.toml]
  return [`${colors.bold(stream.stream)}: ${method} ${path}`, ...lines, ...block].join('\n')
}

function paintOf(about: string, colors: Colors): (text: string) => string {
  if (about === 'failed') return colors.red
  return about === 'guess' ? colors.yellow : colors.dim
}
