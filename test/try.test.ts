import { it } from 'vitest'
import { startPostgres } from './servers/postgres.ts'
import { startMariadb } from './servers/mariadb.ts'
it('x', async () => {
  let t = Date.now()
  const p = await startPostgres('canary/7+z:Xq9"w\'\\ #')
  console.log('pg', Date.now() - t, await p.sql('postgres', 'select version()'))
  await p.stop()
  t = Date.now()
  const m = await startMariadb('canary/7+z:Xq9"w\'\\ #')
  console.log('my', Date.now() - t, await m.sql('mysql', 'select version(), current_user()'))
  await m.stop()
})
