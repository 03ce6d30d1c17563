import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'vitest'
import { startPostgres } from './servers/postgres.ts'
import { memoryGrowth } from './servers/watch-processes.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { testDataset } from './support/test-dataset.ts'
it('x', async () => {
  const p = await startPostgres('pw')
  await p.sql('postgres', 'CREATE DATABASE b')
  await p.sql('b', "CREATE UNLOGGED TABLE t AS SELECT n, md5(n::text) a, md5((n*7)::text) b, repeat('word ', 20) c, now() d FROM generate_series(1, 800000) n")
  const f = temporaryFolder()
  writeFileSync(join(f, 'pw'), 'pw')
  for (let r = 0; r < 3; r++) {
    for (const format of ['plain', 'custom']) {
      let t = performance.now()
      execFileSync('bash', ['-c', `set -o pipefail; pg_dump -F${format[0]} ${format === 'custom' ? '-Z0' : ''} b | zstd -3 -q -f -o ${f}/x.zst; sync ${f}/x.zst`], { env: p.environment })
      const ref = performance.now() - t
      const test = testDataset(`interval = "1h"\ncompress = "zstd"\n[source]\nkind = "postgres"\nhost = "127.0.0.1"\nport = ${p.port}\nuser = "postgres"\npassword = { file = "${f}/pw" }\ndatabase = "b"\nformat = "${format}"`)
      t = performance.now()
      let o
      const mem = await memoryGrowth(async () => { o = await test.run() })
      const own = performance.now() - t
      console.log(`${format} ref ${ref.toFixed(0)} own ${own.toFixed(0)} ratio ${(own / ref).toFixed(2)} mem ${(mem/1e6).toFixed(0)} MB ${JSON.stringify(o!.exported).slice(0, 160)}`)
    }
  }
  await p.stop()
}, 200000)
