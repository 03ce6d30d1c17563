import type { CopySettings } from './targets.ts'

export const recoverPageName = 'RECOVER.md'

/** How to get everything back with ordinary tools, for someone who has this place and nothing else. */
export function recoverPage(kind: string, { layout, encrypt }: Pick<CopySettings, 'layout' | 'encrypt'>): string {
  const isEncrypted = encrypt !== undefined
  const where = layout === 'daily' ? 'YYYY-MM-DD/DATASET/' : 'DATASET/data/'
  const name = isEncrypted ? 'ID.json.age' : 'ID.json'
  return `# How to get this back

These are copies of data that unsilo has made: plain files, which need no unsilo. Each dataset is a folder. A parcel is what one
export gave, named by its time in UTC, and is one file or one folder.

| what | where |
| --- | --- |
| parcels | \`${where}ID…\`, as in \`${where}${name}\` |
| the hashes of a parcel that is a folder | \`DATASET/log/ID.sha256\` |
| which parcels are whole, with their sizes and sha256 | \`DATASET/manifest.json${isEncrypted ? '.age' : ''}\` |
| the configuration, the metrics, and what happened to each parcel | \`DATASET/config.toml\`, \`metrics.csv\`, \`ledger.ndjson\` |
| the configuration of them all | \`unsilo.toml\` |

What is in \`DATASET/incomplete/\`, or has a name like \`.unsilo-….tmp\`, is not whole, and no loss.

## With unsilo

In an empty folder, write the table \`[targets.NAME]\` of this place into a file \`recover.toml\`, then:

    unsilo restore --root . --from NAME --config recover.toml${isEncrypted ? ' --identity KEYFILE' : ''}

## Without it

1. ${fetching(kind)}
${isEncrypted ? decrypting : ''}${isEncrypted ? 3 : 2}. Check them. A parcel that is a file:

       sha256sum ${layout === 'daily' ? '2026-03-01/DATASET' : 'DATASET/data'}/${isEncrypted ? 'ID.json' : name}

   and compare with its line in \`manifest.json\`. One that is a folder:

       cd ${layout === 'daily' ? '2026-03-01/DATASET' : 'DATASET/data'} && sha256sum --check ${layout === 'daily' ? '../../DATASET/log' : '../log'}/ID.sha256

${isEncrypted ? 4 : 3}. Unpack them: \`zstd -d FILE.zst\`, \`gunzip FILE.gz\`, \`tar xf FILE.tar\`, \`unzip FILE.zip\`. Dumps of databases go back with \`pg_restore\`,
   \`psql\`, \`mysql\` or \`sqlite3\`.
`
}

const decrypting = `2. Decrypt them with the private key, which begins with AGE-SECRET-KEY-1 and is not here:

       find . -name '*.age' -exec sh -c 'age -d -i KEYFILE -o "\${1%.age}" "$1"' sh {} \\;

`

function fetching(kind: string): string {
  switch (kind) {
    case 's3':
      return 'Copy everything from the bucket: `aws s3 sync s3://BUCKET/PREFIX .`, or `rclone copy`.'
    case 'ftp':
    case 'ftps':
      return 'Copy everything from the server: `lftp -u USER -p PORT -e "set ftp:list-options -a; mirror PATH ." HOST`, or any program for FTP that shows hidden files.'
    case 'sftp':
      return 'Copy everything from the server: `sftp -r USER@HOST:PATH .`, or `rsync -a USER@HOST:PATH/ .`.'
    case 'rsync':
      return 'Copy everything from there: `rsync -a PLACE/ .`, with `-e "ssh -p PORT"` or `--port` where it has one.'
    case 'plugin':
      return 'Copy everything from there, with a program of that place.'
    default:
      return 'Copy everything: `cp -a`.'
  }
}
