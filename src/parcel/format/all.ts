import type { Format } from './format.ts'

interface LazyFormat {
  extensions: readonly string[]
  load: () => Promise<Format>
}

/** Every format. The code of each is loaded on first use: parsers of formats that a dataset does not have cost start-up time. */
const formats: readonly LazyFormat[] = [
  {
    extensions: ['json', 'geojson', 'har', 'ipynb', 'jsonld', 'topojson', 'webmanifest'],
    load: async () => (await import('./json/json.ts')).json,
  },
  { extensions: ['ndjson', 'jsonl'], load: async () => (await import('./json/ndjson.ts')).ndjson },
  { extensions: ['csv'], load: async () => (await import('./csv.ts')).csv },
  { extensions: ['tsv'], load: async () => (await import('./csv.ts')).tsv },
  {
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
    extensions: ['zip', 'apk', 'cbz', 'docx', 'epub', 'ipa', 'jar', 'kmz', 'odp', 'ods', 'odt', 'pptx', 'whl', 'xlsx'],
    load: async () => (await import('./zip.ts')).zip,
  },
  { extensions: ['sqlite', 'sqlite3', 'gpkg', 'mbtiles'], load: async () => (await import('./sqlite.ts')).sqlite },
]

/** The extensions whose content can be checked, in lower case, without the dot. */
export const knownExtensions: readonly string[] = formats.flatMap((format) => format.extensions)

/** The format of files with this extension; `undefined` when there is no check for it. */
export async function formatForExtension(extension: string): Promise<Format | undefined> {
  return formats.find(({ extensions }) => extensions.includes(extension.toLowerCase()))?.load()
}
