#!/usr/bin/env node
// The same as dedupe.py, with DuckDB's own reader of JSON: all threads, and nothing is parsed twice.
// node dedupe.mjs FOLDER
import { DuckDBInstance } from '@duckdb/node-api'

const [folder] = process.argv.slice(2)
const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run(
  `CREATE TABLE items AS
   SELECT id, arg_max(t, filename) AS item, min(filename) AS first_seen, max(filename) AS last_seen
   FROM read_json('${folder.replaceAll("'", "''")}/*', filename = true, maximum_object_size = 268435456) AS t GROUP BY id`,
)
const answer = await connection.runAndReadAll(
  'SELECT count(*), count(*) FILTER (last_seen = (SELECT max(last_seen) FROM items)) FROM items',
)
process.stdout.write(`${answer.getRows()[0].join(' ')}\n`)
