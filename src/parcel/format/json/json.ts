import type { Format } from '../format.ts'
import { JsonScanner } from './scanner.ts'

export const json: Format = {
  name: 'JSON',
  extensions: ['json', 'geojson', 'har', 'ipynb', 'jsonld', 'topojson', 'webmanifest'],
  startCheck: () => new JsonScanner({ isLines: false }),
}
