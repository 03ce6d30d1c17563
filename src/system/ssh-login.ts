import { userInfo } from 'node:os'

/** The name of the user that unsilo runs as. */
export function userName(): string {
  return userInfo().username
}

/** The socket of the SSH agent of this session, where there is one (ssh-agent(1)). */
export function sshAgentSocket(): string | undefined {
  const path = process.env['SSH_AUTH_SOCK']
  return path === undefined || path === '' ? undefined : path
}
