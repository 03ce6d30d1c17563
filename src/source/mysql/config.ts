import * as z from 'zod'
import { secretReference } from '../../system/schema.ts'
import { choiceKeys } from '../database/choice.ts'
import { dumpArgsConfig } from '../database/dump-args.ts'
import { serverKeys } from '../database/server.ts'

const ownOptions = [
  ...['all-databases', 'databases', 'tables', 'tab', 'result-file', 'dir', 'parallel', 'system', 'xml'],
  ...['host', 'port', 'socket', 'protocol', 'user', 'password', 'plugin-dir', 'init-command', 'login-path'],
  ...['defaults-file', 'defaults-extra-file', 'defaults-group-suffix', 'no-defaults', 'print-defaults'],
  // What is not said of errors, or of the end, cannot be noticed.
  ...[
    'force',
    'log-error',
    'compact',
    'comments',
    'dump-date',
    'version',
    'help',
    'debug',
    'single-transaction',
    'quick',
  ],
  // These change the server.
  ...['delete-master-logs', 'delete-source-logs', 'dump-slave', 'dump-replica', 'flush-logs'],
]

/** `[source]` with `kind = "mysql"` or `kind = "mariadb"`. */
export const mysqlConfig = z.strictObject({
  kind: z.enum(['mysql', 'mariadb']),
  ...serverKeys('the system'),
  password: secretReference
    .optional()
    .describe('Where the password is kept. Without it the programs use what they find themselves, as ~/.my.cnf.'),
  ...choiceKeys,
  dump_args: dumpArgsConfig('mysqldump', {
    names: ownOptions,
    prefixes: ['skip-', 'disable-', 'enable-', 'maximum-', 'loose-'],
  }),
})

export type MysqlConfig = z.output<typeof mysqlConfig>
