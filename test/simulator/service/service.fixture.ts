import { afterEach } from 'vitest'
import { type Service, startService } from './service.ts'
import type { ServiceOptions } from './service-options.ts'

/** Starts services that end with the test. */
export function services(): (options?: ServiceOptions) => Promise<Service> {
  const started: Service[] = []
  afterEach(async () => {
    for (const service of started.splice(0)) await service.stop()
  })
  return async (options) => {
    const service = await startService(options)
    started.push(service)
    return service
  }
}

/** The body of an answer as JSON, in the shape that the test says. */
export async function body<T>(response: Response): Promise<T> {
  return (await response.json()) as T
}

/** The addresses of a Link header by their `rel`. */
export function links(response: Response): Record<string, string> {
  const parts = [...(response.headers.get('link') ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)]
  return Object.fromEntries(parts.map(([, url, rel]) => [rel, url]))
}
