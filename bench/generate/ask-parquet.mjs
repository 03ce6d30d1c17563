#!/usr/bin/env node
// One question to a Parquet file, with nothing around it.
// node ask-parquet.mjs FILE SQL    The SQL asks the table `items`.
import { DuckDBInstance } from '@duckdb/node-api'

const [file, sql] = process.argv.slice(2)
const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run(`CREATE VIEW items AS SELECT * FROM read_parquet('${file.replaceAll("'", "''")}')`)
const answer = await connection.runAndReadAll(sql)
process.stdout.write(`${answer.getRows().map(String).join('\n')}\n`)
