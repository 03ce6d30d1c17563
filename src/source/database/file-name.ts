/** What unsilo itself puts beside the databases of a parcel. */
const ownNames = ['globals']

/**
 * The name of a database as the name of a file, without extension. `decodeURIComponent` gives the database's name back.
 * Bytes beyond what every file system takes are percent-encoded, and so is what would hide the file or clash with our own.
 */
export function fileNameOf(database: string): string {
  const encoded = encodeURIComponent(database).replaceAll(/[!'()*]/g, percent)
  return ownNames.includes(encoded) || encoded.startsWith('.') ? percent(encoded[0]!) + encoded.slice(1) : encoded
}

const percent = (letter: string): string => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`

/** The database that a file of a parcel is a dump of, as `fileNameOf` named it; `undefined` for what unsilo put beside them. */
export function databaseIn(file: string): string | undefined {
  const name = file.replace(/(?:\.(?:dump|sql))?(?:\.(?:gz|zst))?$/, '')
  return ownNames.includes(name) ? undefined : decodeURIComponent(name)
}
