import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What programs that tests start, or tests themselves, would take from whoever runs them. */
const personal = [
  // Databases, stores, SSH, git.
  /^(?:PG|MYSQL_|MARIADB_|AWS_|RSYNC_|GIT_|SSH_)/,
  // Folders that stand for parts of the home.
  /^XDG_(?:CONFIG|DATA|CACHE|STATE)_HOME$/,
  /^(?:http|https|all|no)_proxy$/i,
  /^(?:LC_\w+|LANGUAGE|LANG|TZ)$/,
  /^UNSILO_(?!TEST_)/,
  // Tests ask nobody outside; and each start of Node.js reads it, which takes longer than all else that it does.
  /^NODE_EXTRA_CA_CERTS$/,
]

/** Makes the tests find the same wherever they run: an empty home, no settings of a user, UTC, a plain locale. */
export default function haveOwnSurroundings(): () => void {
  for (const name of Object.keys(process.env)) if (personal.some((kind) => kind.test(name))) delete process.env[name]
  const home = mkdtempSync(join(tmpdir(), 'unsilo-home-'))
  Object.assign(process.env, { HOME: home, TZ: 'UTC', LANG: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1' })
  return () => rmSync(home, { recursive: true, force: true })
}
