/** What unsilo heeds of its environment. Nothing else reads `process.env`, except to pass it on to commands. */
export interface Environment {
  /** `UNSILO_ROOT`: the root folder when `--root` is not given. */
  root: string | undefined
  /** `auto`: colour on a terminal only. */
  color: 'always' | 'never' | 'auto'
  /** `COLUMNS`: how wide lines may be where there is no terminal to ask. */
  columns: number | undefined
  /** `PATH`: where programs are looked for. */
  searchPath: string
  /** `XDG_CONFIG_HOME`: where programs keep their settings. */
  configFolder: string | undefined
}

export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  // A variable that is set to nothing counts as not set; for NO_COLOR that is its definition (no-color.org).
  return {
    root: variables['UNSILO_ROOT'] || undefined,
    color: colorOf(variables),
    columns: columnsOf(variables['COLUMNS']),
    searchPath: variables['PATH'] || '/usr/local/bin:/usr/bin:/bin',
    configFolder: variables['XDG_CONFIG_HOME'] || undefined,
  }
}

function columnsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined
}

function colorOf(variables: NodeJS.ProcessEnv): Environment['color'] {
  if (variables['NO_COLOR']) return 'never'
  const force = variables['FORCE_COLOR']
  if (!force) return 'auto'
  return force === '0' || force === 'false' ? 'never' : 'always'
}
