import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const hasOpenssl = spawnSync('openssl', ['version']).error === undefined

/** An authority of the test's own, and what it has signed for "localhost". Paths of PEM files. */
export interface Certificates {
  ca: string
  certificate: string
  key: string
}

/** @param run Runs a program as the user that the server runs as: a key has to be the server's own. */
export function makeCertificates(folder: string, run: (command: readonly string[]) => void): Certificates {
  const at = (name: string): string => join(folder, name)
  const [ca, caKey, certificate, key, request, names] = [
    at('ca.pem'),
    at('ca.key'),
    at('server.pem'),
    at('server.key'),
    at('server.csr'),
    at('names'),
  ]
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  run(['openssl', 'req', '-x509', ...fresh, '-subj', '/CN=test', '-days', '2', '-keyout', caKey, '-out', ca])
  run(['openssl', 'req', ...fresh, '-subj', '/CN=localhost', '-keyout', key, '-out', request])
  writeFileSync(names, 'subjectAltName=DNS:localhost\n', { mode: 0o644 })
  const signed = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', names]
  run(['openssl', 'x509', '-req', '-in', request, ...signed, '-out', certificate])
  return { ca, certificate, key }
}
