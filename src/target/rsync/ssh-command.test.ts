import { expect, it } from 'vitest'
import { rshOption, sshParameters } from './ssh-command.ts'

const nothing = { port: undefined, key: undefined, knownHosts: undefined, socket: '/private/ssh' }

it('never lets ssh ask or learn a host', () => {
  const parameters = sshParameters(nothing)
  expect(parameters).toContain('BatchMode=yes')
  expect(parameters).toContain('StrictHostKeyChecking=yes')
  expect(parameters.join(' ')).not.toContain('KnownHostsFile')
})

it('trusts only the file that is named', () => {
  const parameters = sshParameters({ ...nothing, port: 2222, knownHosts: '/a b/50%' })
  expect(parameters.slice(0, 2)).toEqual(['-p', '2222'])
  expect(parameters).toContain('UserKnownHostsFile="/a b/50%%"')
  expect(parameters).toContain('GlobalKnownHostsFile=/dev/null')
})

it('quotes for rsync what has spaces and quotes', () => {
  const option = rshOption({ ...nothing, key: "/it's/my key" })
  expect(option).toMatch(/^ssh -o BatchMode=yes /)
  expect(option).toContain(`'IdentityFile="/it''s/my key"'`)
})
