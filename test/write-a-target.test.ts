import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe } from 'vitest'
import { openTarget } from '../src/target/all.ts'
import type { ContractSubject } from '../src/target/contract-subject.fixture.ts'
import { targetContract } from '../src/target/target.contract.ts'
import { blocksOf } from './support/doc-blocks.ts'
import { targetSurroundings } from './support/target-surroundings.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const repository = resolve(import.meta.dirname, '..')
const page = readFileSync(join(repository, 'docs/write-a-target.md'), 'utf8')
const example = blocksOf(page).find(({ file }) => file?.endsWith('my-target.mjs') === true)!.text

describe('the example of docs/write-a-target.md', () => {
  targetContract(async (): Promise<ContractSubject> => {
    const root = temporaryFolder()
    writeFileSync(join(root, 'my-target.mjs'), example)
    // It imports the package as it is built.
    mkdirSync(join(root, 'node_modules'))
    symlinkSync(repository, join(root, 'node_modules/unsilo'))
    const config = { kind: 'plugin' as const, module: './my-target.mjs', options: { folder: 'drawer' }, tries: 1 }
    return { open: () => openTarget('drawer', config, { ...targetSurroundings(), root }) }
  })
})
