import { expect, it } from 'vitest'
import { s3TargetConfig } from './s3-config.ts'

const parse = (keys: Record<string, unknown>) => s3TargetConfig.safeParse({ kind: 's3', bucket: 'vault', ...keys })
const problem = (keys: Record<string, unknown>): string | undefined => parse(keys).error?.issues[0]?.message

it('needs no more than a bucket', () => {
  expect(parse({}).data).toEqual({ kind: 's3', bucket: 'vault', prefix: '', part_size: 16e6 })
})

it('takes a prefix with or without slashes around it, that stays inside', () => {
  for (const prefix of ['backups/laptop', '/backups/laptop/', 'backups/laptop/']) {
    expect(parse({ prefix }).data?.prefix).toBe('backups/laptop')
  }
  expect(parse({ prefix: '/' }).data?.prefix).toBe('')
  for (const prefix of ['..', 'a/../b', 'a//b'])
    expect(problem({ prefix })).toContain('is not a folder inside of a bucket')
})

it('takes parts that S3 takes', () => {
  expect(parse({ part_size: '5 MiB' }).data?.part_size).toBe(5 * 2 ** 20)
  for (const size of ['5 MB', '6 GiB']) expect(problem({ part_size: size })).toContain('are not possible in S3')
})

it('takes addresses of web servers alone', () => {
  expect(parse({ endpoint: 'http://127.0.0.1:9000' }).success).toBe(true)
  for (const endpoint of ['s3.example.org', 'ftp://s3.example.org']) expect(parse({ endpoint }).success).toBe(false)
})

it('takes a secret by reference alone', () => {
  expect(problem({ access_key_id: 'AKIA', secret_access_key: 'SECRET' })).toContain(
    'a secret never stands in the configuration',
  )
})
