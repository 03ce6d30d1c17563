import { frequencyOf } from './frequency.ts'
import type { Job, Place } from './job.ts'
import { timerName } from './place.ts'

/**
 * The property list of a job (launchd.plist(5)). What was missed while the machine slept is made up for once, when it wakes.
 *
 * @throws UnsiloError `usage` when no timer can fire that often
 */
export function launchdAgent(job: Job, place: Place): string {
  frequencyOf(job.everyMs)
  const strings = job.command.map((text) => `    <string>${xml(text)}</string>`)
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by unsilo schedule install; unsilo schedule remove takes it away. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${xml(timerName(place, job.name))}</string>
  <key>ProgramArguments</key>
  <array>
${strings.join('\n')}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>PATH</key>
    <string>${xml(job.searchPath)}</string>
  </dict>
  <key>StartInterval</key>
  <integer>${Math.round(job.everyMs / 1000)}</integer>
  <key>RunAtLoad</key>
  <true/>
  <key>LowPriorityIO</key>
  <true/>
  <key>ProcessType</key>
  <string>Background</string>
</dict>
</plist>
`
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
