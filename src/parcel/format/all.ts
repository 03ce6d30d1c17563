import type { Format } from './format.ts'

/** What is common to files that are read in one way. */
export type FileKind = 'json' | 'ndjson' | 'csv' | 'tsv' | 'xml' | 'zip' | 'sqlite'

interface LazyFormat {
  kind: FileKind
  extensions: readonly string[]
  load: () => Promise<Format>
}

/** Every format. The code of each is loaded on first use: parsers of formats that a dataset does not have cost start-up time. */
const formats: readonly LazyFormat[] = [
  {
    kind: 'json',
    extensions: ['json', 'geojson', 'har', 'ipynb', 'jsonld', 'topojson', 'webmanifest'],
    load: async () => (await import('./json/json.ts')).json,
  },
  { kind: 'ndjson', extensions: ['ndjson', 'jsonl'], load: async () => (await import('./json/ndjson.ts')).ndjson },
  { kind: 'csv', extensions: ['csv'], load: async () => (await import('./csv.ts')).csv },
  { kind: 'tsv', extensions: ['tsv'], load: async () => (await import('./csv.ts')).tsv },
  {
    kind: 'xml',
    extensions: [
      'xml',
      'atom',
      'gpx',
      'graphml',
      'kml',
      'opml',
      'osm',
      'rss',
      'svg',
      'tcx',
      'xhtml',
      'xsd',
      'xsl',
      'xslt',
    ],
    load: async () => (await import('./xml.ts')).xml,
  },
  {
    kind: 'zip',
    extensions: ['zip', 'apk', 'cbz', 'docx', 'epub', 'ipa', 'jar', 'kmz', 'odp', 'ods', 'odt', 'pptx', 'whl', 'xlsx'],
    load: async () => (await import('./zip.ts')).zip,
  },
  {
    kind: 'sqlite',
    extensions: ['sqlite', 'sqlite3', 'gpkg', 'mbtiles'],
    load: async () => (await import('./sqlite.ts')).sqlite,
  },
]

/** The extensions whose content can be checked, in lower case, without the dot. */
export const knownExtensions: readonly string[] = formats.flatMap((format) => format.extensions)

/** The format of files with this extension; `undefined` when there is no check for it. */
export async function formatForExtension(extension: string): Promise<Format | undefined> {
  return formats.find(({ extensions }) => extensions.includes(extension.toLowerCase()))?.load()
}

/** `undefined` for an extension that says nothing. */
export function fileKindOf(extension: string): FileKind | undefined {
  return formats.find(({ extensions }) => extensions.includes(extension.toLowerCase()))?.kind
}
