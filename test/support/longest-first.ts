import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take long, which nothing is left for to run beside when they come last. */
const long = [
  /test\/docs\.test/,
  /test\/durability\//,
  /src\/target\/(?:rsync|s3|sftp|ftps?)\b/,
  /-killed\.test/,
  /test\/restore\//,
  /src\/source\/(?:mysql|postgres)\//,
  /browser\.test/,
  /test\/cli\//,
]

/** Starts what takes long first, also where no earlier run has measured it. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification): boolean => long.some((kind) => kind.test(moduleId))
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}
