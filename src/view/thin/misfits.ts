interface Misfit {
  path: string[]
  message: string
  hint: string
}

/** Names in `thin.views` that no view has. Values as written, or as checked. */
export function thinMisfits({ thin, views }: Readonly<Record<string, unknown>>): Misfit[] {
  const named = (thin as { views?: unknown } | undefined)?.views
  if (!Array.isArray(named)) return []
  const known = typeof views === 'object' && views !== null ? Object.keys(views) : []
  return named
    .filter((name): name is string => typeof name === 'string' && !known.includes(name))
    .map((name) => ({
      path: ['thin', 'views'],
      message: `names a view that there is not: "${name}"`,
      hint: known.length === 0 ? `Define it: [views.${name}].` : `There is: ${known.join(', ')}.`,
    }))
}
