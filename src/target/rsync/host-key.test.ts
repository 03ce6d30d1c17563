import { expect, it } from 'vitest'
import { fingerprintOf, readAddress } from './host-key.ts'

it('takes host and port from the configuration of ssh', () => {
  expect(readAddress('host nas\nhostname 10.0.0.2\nport 2222\n', 'nas')).toEqual({ host: '10.0.0.2', port: '2222' })
  expect(readAddress('', 'nas')).toEqual({ host: 'nas', port: '22' })
})

it('says the fingerprint as ssh-keygen does', () => {
  const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIJElcFiemiLtNum1ZS3zBZ6IKCZR0QKe5HPILQ/UVRyf'
  expect(fingerprintOf(`[127.0.0.1]:8722 ssh-ed25519 ${key}`)).toMatch(/^SHA256:[\w+/]{43}$/)
})
