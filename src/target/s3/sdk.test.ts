import { expect, it } from 'vitest'
import { loadSdk } from './sdk.ts'

it('says what to install when the SDK is not there', async () => {
  const name: string = 'no-such-package-of-unsilo'
  const missing = (): Promise<never> => import(name) as Promise<never>
  await expect(loadSdk(missing)).rejects.toMatchObject({
    code: 'missing-program',
    hint: expect.stringContaining('npm install --global @aws-sdk/client-s3') as string,
  })
})

it('passes on what is wrong with one that is there', async () => {
  const broken = (): Promise<never> => Promise.reject(new SyntaxError('Unexpected token'))
  await expect(loadSdk(broken)).rejects.toThrow(SyntaxError)
})
