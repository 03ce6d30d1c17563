import { Client, FTPError } from 'basic-ftp'
import { UnsiloError } from '../../errors.ts'
import { untilAborted } from '../interrupt.ts'
import { type FtpConnection, ftpConnection } from './connection.ts'
import { type FtpReply, connectionError, busy, isTooMany, loginRefusal, noTls, refusal, silence } from './ftp-error.ts'

export interface FtpServer {
  host: string
  port: number
  security: 'none' | 'explicit' | 'implicit'
  /** Certificates to trust instead of those that the machine trusts, as PEM. */
  ca: string | undefined
  user: string
  password: string
  /** Longest time without a byte, in ms. */
  silenceMs: number
}

/** The text of a listing is held in memory; a line has about 100 bytes. */
const maxListingBytes = 200 * 1024 * 1024

/** @throws UnsiloError `auth`, `busy`, `config`, `network`, `timeout` or `cancelled` */
export async function logIn(server: FtpServer, signal: AbortSignal): Promise<FtpConnection> {
  const { host, port, silenceMs } = server
  const place = { host: `${host}:${port}`, silenceMs }
  const client = new Client(silenceMs, { maxListingBytes })
  const timeout = AbortSignal.timeout(silenceMs)
  try {
    // The library does not watch over the time that a handshake of TLS takes.
    const opened = await untilAborted(enter(client, server, place.host), AbortSignal.any([signal, timeout]), () =>
      client.close(),
    )
    return ftpConnection(client, { ...place, ...opened })
  } catch (error) {
    client.close()
    if (timeout.aborted && !signal.aborted) throw silence(place.host, silenceMs)
    throw connectionError(error, place.host, silenceMs)
  }
}

async function enter(
  client: Client,
  server: FtpServer,
  where: string,
): Promise<Pick<FtpConnection, 'features' | 'home'>> {
  const { host, port, security, user, password } = server
  const tls = {
    host,
    // For servers with several names; an address is none (RFC 6066, section 3).
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    ...(server.ca === undefined ? {} : { ca: server.ca }),
  }
  await expected(
    security === 'implicit' ? client.connectImplicitTLS(host, port, tls) : client.connect(host, port),
    (reply) => (isTooMany(reply) ? busy(reply, where) : refusal(reply, `${where} does not want to talk`)),
  )
  if (security === 'explicit') await expected(client.useTLS(tls), (reply) => noTls(reply, where))
  // Before the name of the user, which may need it, too; some servers take it only after the login.
  await client.sendIgnoringError('OPTS UTF8 ON')
  await expected(client.login(user, password), (reply) => loginRefusal(reply, user, where, security !== 'none'))
  await expected(client.useDefaultSettings(), (reply) => refusal(reply, `${where} has no binary mode`))
  const features = await client.features()
  const { message } = await expected(client.send('PWD'), (reply) =>
    refusal(reply, `${where} does not say where we are`),
  )
  return {
    features: new Map([...features].map(([name, value]) => [name.toUpperCase(), value])),
    home: folderIn(message),
  }
}

async function expected<Answer>(asked: Promise<Answer>, explain: (reply: FtpReply) => UnsiloError): Promise<Answer> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof FTPError) throw explain({ code: error.code, message: error.message })
    throw error
  }
}

/** The folder in a reply to PWD: in quotes, and a quote in its name stands there twice (RFC 959, appendix II). */
export function folderIn(reply: string): string {
  const quoted = /"((?:[^"]|"")*)"/.exec(reply)?.[1]
  return quoted?.replaceAll('""', '"') || '/'
}
