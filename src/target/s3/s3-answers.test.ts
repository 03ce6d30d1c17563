import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, type Server, createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { join } from 'node:path'
import { onTestFinished, describe, expect, it, vi } from 'vitest'
import { freePort, hasFile } from '../../../test/servers/server-process.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { body, knownOf, listed, never, someBytes } from '../contract-subject.fixture.ts'
import { openForTest } from './s3-place.fixture.ts'

/** What a store answers, in bytes: those that are cases of Amazon's alone, and of what stands on the way. */
interface Answer {
  status: number
  body?: string
  headers?: Record<string, string>
}

/** An HTTP server that answers everything alike. */
async function answering(answer: (request: IncomingMessage) => Answer): Promise<string> {
  const server: Server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      const { status, body: text = '', headers = {} } = answer(request)
      response.writeHead(status, { 'Content-Type': 'application/xml', ...headers })
      response.end(text)
    })
  })
  return listening(server)
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** As in the Amazon S3 API Reference, "Error responses". */
const errorBody = (code: string, more = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Its words.</Message>${more}` +
  '<RequestId>4442587FB7D0A2F9</RequestId></Error>'

const vault = { bucket: 'vault', region: 'us-east-1' }

describe('an answer of a store', () => {
  it.each([
    [
      301,
      'PermanentRedirect',
      '',
      { 'x-amz-bucket-region': 'eu-central-1' },
      'config',
      false,
      'is in eu-central-1, not in us-east-1',
    ],
    [
      400,
      'AuthorizationHeaderMalformed',
      '<Region>eu-west-3</Region>',
      {},
      'config',
      false,
      'is in eu-west-3, not in us-east-1',
    ],
    [400, 'ExpiredToken', '<Token-0>SECRET</Token-0>', {}, 'auth', false, 'have expired'],
    [
      403,
      'InvalidAccessKeyId',
      '<AWSAccessKeyId>AKIA</AWSAccessKeyId>',
      {},
      'auth',
      false,
      'does not know this access key',
    ],
    [
      403,
      'SignatureDoesNotMatch',
      '<StringToSign>SECRET</StringToSign>',
      {},
      'auth',
      false,
      'does not accept the secret',
    ],
    [403, 'AccessDenied', '', {}, 'not-permitted', false, 'does not allow to write in/file in the bucket vault'],
    [404, 'NoSuchBucket', '', {}, 'not-found', false, 'there is no bucket vault at 127.0.0.1'],
    [503, 'SlowDown', '', {}, 'http', true, 'says SlowDown'],
    [500, 'InternalError', '', {}, 'http', true, 'says InternalError'],
    [400, 'BadDigest', '', {}, 'http', true, 'what arrived at 127.0.0.1'],
    [400, 'KMS.NotFoundException', '', {}, 'config', false, 'cannot be used (KMS.NotFoundException)'],
    [507, 'XMinioStorageFull', '', {}, 'no-space', false, 'has no room for it'],
    [400, 'InvalidStorageClass', '', {}, 'config', false, 'has no such storage class'],
    [400, 'KeyTooLongError', '', {}, 'usage', false, 'longer than S3 allows'],
    [403, 'InvalidObjectState', '', {}, 'not-permitted', false, 'it is archived'],
    [409, 'SomethingNew', '', {}, 'http', false, 'answered HTTP 409 SomethingNew'],
    [599, 'SomethingNew', '', {}, 'http', true, 'answered HTTP 599 SomethingNew'],
  ] as const)('with status %s and %s is said in words', async (status, code, more, headers, ours, retryable, words) => {
    const endpoint = await answering(() => ({ status, body: errorBody(code, more), headers }))
    const put = openForTest(endpoint, vault).put('in/file', body('x'), never)
    const error = await put.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'UnsiloError', code: ours, retryable })
    expect((error as Error).cause).toBeUndefined()
    expect(String(error)).toContain(words)
    expect(JSON.stringify(error)).not.toContain('SECRET')
  })

  it.each([
    [200, '<html>Please sign in to this network</html>', 'http', true],
    [403, '<html>Blocked by the proxy</html>', 'not-permitted', false],
    [502, '<html>Bad gateway</html>', 'http', true],
    [404, '', 'not-found', false],
  ])('with status %s that is none of S3 (%j) is no success', async (status, text, code, retryable) => {
    const endpoint = await answering(() => ({ status, body: text, headers: { 'Content-Type': 'text/html' } }))
    const target = openForTest(endpoint, vault)
    await expect(target.put('file', body('x'), never)).rejects.toMatchObject({ name: 'UnsiloError', code, retryable })
    await expect(listed(target)).rejects.toMatchObject({ name: 'UnsiloError', code, retryable })
  })

  it('that completes a file and then says that it has not is a failure, and the parts stay for the next time', async () => {
    const asked: string[] = []
    const endpoint = await answering(({ method = '', url = '' }) => {
      asked.push(`${method} ${new URL(url, 'http://x').search.replaceAll(/=[^&]*/g, '')}`)
      const isComplete = method === 'POST' && url.includes('uploadId=')
      if (isComplete) return { status: 200, body: errorBody('InternalError') }
      if (method === 'POST') {
        return {
          status: 200,
          body: '<InitiateMultipartUploadResult><UploadId>7</UploadId></InitiateMultipartUploadResult>',
        }
      }
      return method === 'PUT'
        ? { status: 200, headers: { ETag: '"0123456789abcdef0123456789abcdef"' } }
        : { status: 200, body: '<ListMultipartUploadsResult></ListMultipartUploadsResult>' }
    })
    const content = someBytes(6_000_000)
    const put = openForTest(endpoint, vault).put('in/file', body(content), never, knownOf(content))
    await expect(put).rejects.toMatchObject({ code: 'http', retryable: true })
    expect(asked.filter((one) => one.startsWith('DELETE'))).toEqual([])
    expect(asked.filter((one) => one.startsWith('PUT'))).toHaveLength(2)
  })

  it('whose ETag is no MD5, as with KMS, is taken for less than a comparison', async () => {
    const endpoint = await answering(() => ({ status: 200, headers: { ETag: '"0123456789abcdef0123456789abcdef"' } }))
    expect(await openForTest(endpoint, vault).put('in/file', body('x'), never)).toBe('sent')
  })

  it('without the part that was asked for is refused', async () => {
    const endpoint = await answering(() => ({ status: 200, body: 'all of it' }))
    const get = openForTest(endpoint, vault).get('in/file', never, { from: 3, bytes: 2 })
    await expect(get).rejects.toMatchObject({ code: 'http', retryable: false })
  })
})

describe('a request', () => {
  const headersOf = async (keys: Record<string, unknown>): Promise<IncomingMessage> => {
    let seen: IncomingMessage | undefined
    const endpoint = await answering((request) => {
      seen = request
      return { status: 200, headers: { ETag: '"9dd4e461268c8034f5c8564e155c67a6"' } }
    })
    expect(await openForTest(endpoint, { ...vault, ...keys }).put('in/file', body('x'), never)).toBe('hashed')
    return seen!
  }

  it('holds the MD5 and the SHA-256 of its body, and the body as it is', async () => {
    const { headers } = await headersOf({})
    expect(headers).toMatchObject({
      'content-md5': 'ndTkYSaMgDT1yFZOFVxnpg==',
      'x-amz-content-sha256': '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
      'content-length': '1',
    })
    expect(Object.keys(headers).filter((name) => /checksum|trailer|content-encoding/.test(name))).toEqual([])
  })

  it('says how the file is to be kept', async () => {
    const { headers } = await headersOf({
      storage_class: 'STANDARD_IA',
      sse: 'aws:kms',
      sse_kms_key_id: 'alias/vault',
      session_token: { env: 'TOKEN' },
    })
    expect(headers).toMatchObject({
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/vault',
      'x-amz-security-token': 'session-token',
    })
  })

  it('has the bucket in its path where there is an endpoint, and in the name of the host where that is asked for', async () => {
    expect((await headersOf({})).url).toBe('/vault/in/file?x-id=PutObject')
    expect((await headersOf({ prefix: '/backups/' })).url).toBe('/vault/backups/in/file?x-id=PutObject')
    const port = await freePort()
    const put = openForTest(`http://localhost:${port}`, { ...vault, path_style: false }).put(
      'in/file',
      body('x'),
      never,
    )
    await expect(put).rejects.toMatchObject({ code: 'network', retryable: true })
  })
})

describe('a line to a store', () => {
  it.skipIf(!hasFile('/usr/bin/openssl'))('whose certificate nobody vouches for is not used', async () => {
    const folder = temporaryFolder()
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string]
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...names, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    })
    let asked = 0
    const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, () => (asked += 1))
    const endpoint = (await listening(server)).replace('http:', 'https:')
    await expect(openForTest(endpoint, vault).put('file', body('x'), never)).rejects.toMatchObject({
      code: 'network',
      retryable: false,
      message: expect.stringMatching(/^cannot trust 127\.0\.0\.1:\d+: its certificate does not check out/) as string,
    })
    expect(asked).toBe(0)
  })

  it('that says nothing is given up', async () => {
    const sockets = createSocketServer((socket) => {
      socket.on('error', () => undefined)
      onTestFinished(() => {
        socket.destroy()
      })
    })
    await new Promise<void>((resolve) => sockets.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void sockets.close())
    const endpoint = `http://127.0.0.1:${(sockets.address() as AddressInfo).port}`
    const target = openForTest(endpoint, vault, { silenceMs: 300 })
    const silent = { name: 'UnsiloError', code: 'timeout', retryable: true }
    await expect(target.put('file', body('x'), never)).rejects.toMatchObject(silent)
    await expect(target.get('file', never)).rejects.toMatchObject(silent)
    await expect(listed(target)).rejects.toMatchObject(silent)
  })

  it('that is not there is a network error which names the host', async () => {
    const port = await freePort()
    const target = openForTest(`http://127.0.0.1:${port}`, vault)
    await expect(target.put('file', body('x'), never)).rejects.toMatchObject({
      code: 'network',
      retryable: true,
      message: `cannot reach 127.0.0.1:${port}: the connection was refused`,
    })
  })

  it('makes the SDK say nothing on stderr, and leaves the environment as it was', async () => {
    const said = vi.spyOn(console, 'warn')
    const warnings: Error[] = []
    const hear = (warning: Error): void => void warnings.push(warning)
    process.on('warning', hear)
    onTestFinished(() => void process.off('warning', hear))
    const endpoint = await answering(() => ({ status: 200, headers: { ETag: '"9dd4e461268c8034f5c8564e155c67a6"' } }))
    const target = openForTest(endpoint, vault)
    await Promise.all(Array.from({ length: 50 }, (_, index) => target.put(`in/${index}`, body('x'), never)))
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings).toEqual([])
    expect(said).not.toHaveBeenCalled()
    expect(process.env).not.toHaveProperty('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED')
  })
})
