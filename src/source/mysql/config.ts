import * as z from 'zod'
import { choiceKeys } from '../database/choice.ts'
import { dumpArgsConfig } from '../database/dump-args.ts'
import { programsKey, serverKeys } from '../database/server.ts'
import { checkTls } from '../database/tls.ts'

const ownOptions = [
  'all-databases databases tables tab result-file dir parallel system xml',
  'host port socket protocol user password plugin-dir init-command login-path',
  'ssl ssl-ca ssl-mode ssl-verify-server-cert',
  'defaults-file defaults-extra-file defaults-group-suffix no-defaults print-defaults',
  // What is not said of errors, or of the end, cannot be noticed.
  'force log-error compact comments dump-date version help debug single-transaction quick',
  // These change the server.
  'delete-master-logs delete-source-logs dump-slave dump-replica flush-logs',
].flatMap((line) => line.split(' '))

const keys = {
  ...serverKeys('~/.my.cnf'),
  ...choiceKeys,
  dump_args: dumpArgsConfig('the dump program', '--ignore-table=shop.logs', {
    names: ownOptions,
    prefixes: ['skip-', 'disable-', 'enable-', 'maximum-', 'loose-'],
  }),
  programs: programsKey,
}

/** `[source]` with `kind = "mysql"`. */
export const mysqlConfig = z.strictObject({ kind: z.literal('mysql'), ...keys }).superRefine(checkTls)
/** The same with `kind = "mariadb"`: its own programs are preferred. */
export const mariadbConfig = z.strictObject({ kind: z.literal('mariadb'), ...keys }).superRefine(checkTls)

export type MysqlConfig = z.output<typeof mysqlConfig> | z.output<typeof mariadbConfig>
