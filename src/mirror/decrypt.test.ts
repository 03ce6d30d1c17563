import { generateKeyPairSync, publicEncrypt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { openMirror } from './open-mirror.ts'

it('gives encrypted fields in plain, and what cannot be decrypted as null', async () => {
  const root = temporaryFolder()
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const sealed = publicEncrypt({ key: publicKey, oaepHash: 'sha256' }, Buffer.from('Ada')).toString('base64')
  mkdirSync(join(root, 'study/data'), { recursive: true })
  writeFileSync(join(root, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(
    join(root, 'study/config.toml'),
    '[views.people]\nkey = "id"\ndecrypt = [{ fields = "*RSA", scheme = "rsa-oaep-sha256", key = { file = "../key.pem" } }]\n',
  )
  const items = [{ id: 1, nameRSA: sealed }, { id: 2, nameRSA: 'damaged' }, { id: 3 }]
  writeFileSync(join(root, 'study/data/2026-03-01T060000Z.json'), JSON.stringify(items))
  const mirror = await openMirror(root)
  onTestFinished(() => mirror.close())
  const found: unknown[] = []
  for await (const { value } of mirror.dataset('study').view('people').items()) found.push(value)
  const past: unknown[] = []
  for await (const { item } of mirror.dataset('study').view('people').history('1')) past.push(item)
  expect(past).toEqual([{ ok: true, value: { id: 1, nameRSA: 'Ada' } }])
  expect(found).toHaveLength(3)
  expect(found).toEqual(expect.arrayContaining([{ id: 1, nameRSA: 'Ada' }, { id: 2, nameRSA: null }, { id: 3 }]))
})
