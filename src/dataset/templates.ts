import { command, ingest, stdout } from './templates/commands.ts'
import { github } from './templates/github.ts'
import { hypothesis } from './templates/hypothesis.ts'
import { lastfm } from './templates/lastfm.ts'
import { mastodon } from './templates/mastodon.ts'
import type { Template } from './templates/names.ts'
import { pinboard } from './templates/pinboard.ts'
import { raindrop } from './templates/raindrop.ts'
import { reddit } from './templates/reddit.ts'
import { studyServer } from './templates/study-server.ts'
import { todoist } from './templates/todoist.ts'

/** The text of each template. */
export const templates: Readonly<Record<Template['name'], string>> = {
  command,
  stdout,
  ingest,
  github,
  hypothesis,
  lastfm,
  mastodon,
  pinboard,
  raindrop,
  reddit,
  'study-server': studyServer,
  todoist,
}
