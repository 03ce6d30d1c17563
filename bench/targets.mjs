// Uploads: one large parcel, and one of many small files, to each kind of target, beside the program that people take for it.
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { secretFile, startApart } from './servers-apart.mjs'

/** @param {import('./run.mjs').Bench} bench */
export async function targets(bench) {
  const sizes = bench.quick ? { megabytes: 100, files: 500, rounds: 3 } : { megabytes: 500, files: 5000, rounds: 3 }
  const parcels = { large: makeLarge(bench, sizes.megabytes), many: makeMany(bench, sizes.files) }
  for (const place of [folder, s3, ftp, ftps, sftp, rsync]) await show(bench, sizes, parcels, place)
}

/** A root with two datasets, each of one parcel that is sealed and not published. */
function makeLarge(bench, megabytes) {
  const file = join(bench.folder, 'large.bin')
  const descriptor = openSync(file, 'w')
  for (let written = 0; written < megabytes; written++) writeSync(descriptor, randomBytes(1_000_000))
  closeSync(descriptor)
  return sealed(bench, 'large', `cp ${file} $PARCEL_PATH.bin`)
}

function makeMany(bench, count) {
  const folder = join(bench.folder, 'many')
  for (let index = 0; index < count; index++) {
    const inside = join(folder, String(index % 50))
    mkdirSync(inside, { recursive: true })
    writeFileSync(join(inside, `${index}.bin`), randomBytes(2000 + ((index * 7919) % 4000)))
  }
  return sealed(bench, 'many', `cp -r ${folder} $PARCEL_PATH`)
}

/** @returns {{ root: string, name: string, parcel: string, ledger: string }} */
function sealed(bench, name, command) {
  const root = join(bench.folder, `root-${name}`)
  mkdirSync(join(root, name), { recursive: true })
  writeFileSync(join(root, 'unsilo.toml'), '')
  writeFileSync(join(root, name, 'config.toml'), `cmd = "${command}"\n`)
  const [program, ...parameters] = bench.unsilo('--root', root, 'export', name)
  const { status, stderr } = spawnSync(program, parameters, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const data = join(root, name, 'data')
  const ledger = join(bench.folder, `${name}.ndjson`)
  copyFileSync(join(root, name, 'ledger.ndjson'), ledger)
  writeFileSync(join(root, name, 'config.toml'), `cmd = "false"\npublish = ["place"]\n`)
  return { root, name, parcel: join(data, readdirSync(data)[0]), ledger }
}

/**
 * @typedef {object} Place
 * @property {string} title
 * @property {(round: string) => string} config of `[targets.place]`, for a place that is empty
 * @property {string} program that it is compared with
 * @property {(parcel: string, size: 'large' | 'many') => string} script copies to `$round`
 * @property {(round: string) => string} [below] the folder of this machine that the files end up in
 * @property {() => Promise<void>} stop
 */

/** @param {(bench: import('./run.mjs').Bench) => Promise<Place>} start */
async function show(bench, { megabytes, files, rounds }, parcels, start) {
  const place = await start(bench)
  if (place === undefined) return
  try {
    let count = 0
    let previous
    const fresh = () => {
      if (previous !== undefined && place.below !== undefined)
        rmSync(place.below(previous), { recursive: true, force: true })
      previous = `round-${(count += 1)}`
      return previous
    }
    const roundFile = join(bench.folder, 'round')
    for (const [size, what, aim] of [
      ['large', `${megabytes} MB`, 1.11],
      ['many', `${files} small files`, 0.5],
    ]) {
      const { root, name, parcel, ledger } = parcels[size]
      const reference = {
        name: place.program,
        command: ['sh', '-ec', `round=$(cat ${roundFile}); ${place.script(parcel, size)}`],
        before: () => writeFileSync(roundFile, fresh()),
        memory: true,
      }
      const unsilo = {
        name: 'unsilo publish',
        command: bench.unsilo('--root', root, '--quiet', 'publish', name),
        before() {
          copyFileSync(ledger, join(root, name, 'ledger.ndjson'))
          writeFileSync(join(root, 'unsilo.toml'), `[targets.place]\n${place.config(fresh())}`)
        },
        after() {
          if (!readFileSync(join(root, name, 'ledger.ndjson'), 'utf8').includes('"published"'))
            throw new Error('nothing is published')
        },
        memory: true,
        ...(bench.quick ? {} : { aim, memoryAimMiB: 150 }),
      }
      await bench.show(`targets: ${place.title}, ${what}`, rounds, [
        ...bench.peers(place.program.split(' ')[0], reference),
        unsilo,
      ])
    }
  } finally {
    await place.stop()
  }
}

const nothing = async () => undefined

async function folder(bench) {
  const disk = join(bench.folder, 'disk')
  mkdirSync(disk)
  return {
    title: 'a folder',
    config: (round) => `kind = "folder"\npath = "${disk}/${round}"\n`,
    program: 'cp and sync',
    script: (parcel) => `mkdir ${disk}/$round; cp -r ${parcel} ${disk}/$round/; sync -f ${disk}`,
    below: (round) => join(disk, round),
    stop: nothing,
  }
}

async function s3(bench) {
  const expression = `{ const swift = await servers.startSwift(); await swift.makeBucket('bench')
    return { endpoint: swift.endpoint, ...servers.swiftKeys.tester, stop: () => swift.stop() } }`
  const { told, stop } = await startApart(bench, 'swift', expression)
  const secret = secretFile(bench, 's3-secret', told.secret)
  const settings = {
    type: 's3',
    provider: 'Other',
    endpoint: told.endpoint,
    access_key_id: told.id,
    secret_access_key: told.secret,
  }
  const variables = Object.entries(settings).map(
    ([key, value]) => `RCLONE_CONFIG_PLACE_${key.toUpperCase()}='${value}'`,
  )
  return {
    title: 'S3 (Swift)',
    config: (round) =>
      `kind = "s3"\nbucket = "bench"\nprefix = "${round}"\nendpoint = "${told.endpoint}"\naccess_key_id = "${told.id}"\nsecret_access_key = { file = "${secret}" }\n`,
    program: 'rclone copy',
    script: (parcel) => `${variables.join(' ')} rclone --config /dev/null copy ${parcel} place:bench/$round`,
    stop,
  }
}

const ftp = (bench) => ftpPlace(bench, 'ftp')
const ftps = (bench) => ftpPlace(bench, 'ftps')

async function ftpPlace(bench, kind) {
  const options = kind === 'ftps' ? `{ tls: 'explicit' }` : '{}'
  const expression = `{ const { host, port, user, password, certificate, ...server } = await servers.startVsftpd(${options})
    return { host, port, user, password, certificate, room: server.makeRoom(), stop: () => server.stop() } }`
  const { told, stop } = await startApart(bench, 'vsftpd', expression)
  const { host, port, user, room, password } = told
  const secret = secretFile(bench, `${kind}-secret`, password)
  const trusted = kind === 'ftps' ? told.certificate : undefined
  const tls =
    trusted === undefined
      ? 'set ftp:ssl-allow false'
      : `set ftp:ssl-force true; set ftp:ssl-protect-data true; set ssl:verify-certificate no`
  return {
    title: kind === 'ftp' ? 'FTP (vsftpd)' : 'FTPS (vsftpd)',
    config: (round) =>
      `kind = "${kind}"\nhost = "${host}"\nport = ${port}\nuser = "${user}"\npassword = { file = "${secret}" }\npath = "${room}/${round}"\n` +
      (trusted === undefined ? '' : `ca = "${trusted}"\n`),
    program: 'lftp',
    script: (parcel, size) => {
      const put = size === 'large' ? `put ${parcel}` : `mirror -R ${parcel} .`
      return `LFTP_PASSWORD='${password}' lftp --norc -e "${tls}; set cmd:fail-exit true; open --env-password -u ${user} -p ${port} ${host}; mkdir -p ${room}/$round; cd ${room}/$round; ${put}; bye"`
    },
    below: (round) => join(room, round),
    stop,
  }
}

async function startSshd(bench, name) {
  const expression = `{ const { port, folder, knownHosts, keyFile, user, ...server } = await servers.startSshd()
    return { port, folder, knownHosts, keyFile, user, stop: () => server.stop() } }`
  const { told, stop } = await startApart(bench, 'sshd', expression)
  const place = join(told.folder, name)
  mkdirSync(place, { mode: 0o777 })
  return { told, stop, place }
}

async function sftp(bench) {
  const { told, stop, place } = await startSshd(bench, 'sftp')
  const { port, knownHosts, keyFile, user } = told
  return {
    title: 'SFTP (OpenSSH)',
    config: (round) =>
      `kind = "sftp"\nhost = "127.0.0.1"\nport = ${port}\nuser = "${user}"\nkey = "${keyFile}"\nknown_hosts = "${knownHosts}"\npath = "${place}/${round}"\n`,
    program: 'sftp put -f',
    script: (parcel) =>
      `printf 'mkdir %s\\nput -f -r %s %s/\\n' ${place}/$round ${parcel} ${place}/$round | sftp -q -b - -P ${port} -i ${keyFile} -o UserKnownHostsFile=${knownHosts} ${user}@127.0.0.1`,
    below: (round) => join(place, round),
    stop,
  }
}

async function rsync(bench) {
  const { told, stop, place } = await startSshd(bench, 'rsync')
  const { port, knownHosts, keyFile, user } = told
  return {
    title: 'rsync (over OpenSSH)',
    config: (round) =>
      `kind = "rsync"\nto = "${user}@127.0.0.1:${place}/${round}"\nport = ${port}\nkey = "${keyFile}"\nknown_hosts = "${knownHosts}"\n`,
    program: 'rsync -a',
    script: (parcel) =>
      `rsync -a -e 'ssh -p ${port} -i ${keyFile} -o UserKnownHostsFile=${knownHosts}' ${parcel} ${user}@127.0.0.1:${place}/$round/`,
    below: (round) => join(place, round),
    stop,
  }
}
