import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'vitest'
import { startSshd } from '../../../test/servers/sshd.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { body, never } from '../contract-subject.fixture.ts'
import { localFiles } from './local-files.fixture.ts'
import { openOverSsh, openTo } from './open.fixture.ts'
it('x', async () => {
  const out: string[] = []
  const server = await startSshd()
  const f = Object.fromEntries(
    Array.from({ length: 5000 }, (_, i) => [`d/data/1/${i % 50}/${i}.json`, 'x'.repeat(2000)]),
  )
  const files = localFiles(f)
  const ref = temporaryFolder()
  for (const [p, c] of Object.entries(f)) {
    mkdirSync(join(ref, p, '..'), { recursive: true })
    writeFileSync(join(ref, p), c)
  }
  const big = temporaryFolder()
  execFileSync('sh', ['-c', `head -c 500000000 /dev/urandom > ${big}/big`])
  const e = `ssh -p ${server.port} -i ${server.keyFile} -o UserKnownHostsFile=${server.knownHosts}`
  const time = async (n: string, w: () => unknown) => {
    const t = performance.now()
    await w()
    out.push(`${n} ${Math.round(performance.now() - t)} ms`)
  }
  for (let round = 0; round < 2; round++) {
    const a = join(temporaryFolder(), 'v'),
      b = join(temporaryFolder(), 'w')
    const target = openOverSsh(server, a)
    await time('5000 unsilo', () => target.putAll!(files, never))
    await time('5000 rsync -a', () => execFileSync('rsync', ['-a', '-e', e, `${ref}/`, `127.0.0.1:${b}`]))
    await time('5000 rsync -a --fsync', () =>
      execFileSync('rsync', ['-a', '--fsync', '-e', e, `${ref}/`, `127.0.0.1:${b}2`]),
    )
    await time('500MB unsilo', () =>
      target.putAll!([{ path: 'big', from: `${big}/big`, sizeBytes: 5e8, sha256: '' }], never),
    )
    await time('500MB rsync -a', () => execFileSync('rsync', ['-a', '-e', e, `${big}/`, `127.0.0.1:${b}3`]))
    await time('500MB rsync -a --fsync', () =>
      execFileSync('rsync', ['-a', '--fsync', '-e', e, `${big}/`, `127.0.0.1:${b}4`]),
    )
    await target.close()
  }
  const place = join(temporaryFolder(), 'x')
  const t = openTo(place)
  await t.put('a', body('file'), never)
  const r = await t.put('a/b', body('x'), never).catch((x: Error) => x.message)
  out.push(String(r), String(existsSync(join(place, 'a/b'))))
  await server.stop()
  writeFileSync('/tmp/rs/bench', out.join('\n'))
}, 300_000)
