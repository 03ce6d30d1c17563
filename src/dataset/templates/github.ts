export const github = `# GitHub: your events, your stars, and the issues and pull requests of a repository with their comments.
#
# CHANGE the lines that say so: your user name, and the repository (one pair of tables each).
# TOKEN  A fine-grained personal access token: Settings > Developer settings > Personal access tokens. Repository
#        permissions: Issues, read (and Metadata, which comes with it). Account permissions: Starring, read; Events, read.
#        A classic token works, too: no scope for what is public, "repo" for private repositories.
#          mkdir -p -m 700 ~/.secrets && (umask 077; cat > ~/.secrets/github)     then paste it, Enter, Ctrl-D
# FACTS  From stored copies of these pages, looked up in November 2026:
#        https://docs.github.com/en/rest/activity/events
#        https://docs.github.com/en/rest/issues/issues#list-repository-issues
#        https://docs.github.com/en/rest/issues/comments
#        https://docs.github.com/en/rest/activity/starring
#        https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
#        Which permission each of these needs was not in the copies: an answer's X-Accepted-GitHub-Permissions tells.
# NOT    Code and wikis (git clone --mirror has them), reviews and review comments, discussions, releases, gists,
#        notifications, projects, files that are attached to issues.

interval = "1h"                     # only the newest 300 events are shown: a busy account needs it this often
# compress = "zstd"                 # the answers; read them with zstdcat

[source]
kind = "rest"
base = "https://api.github.com"
auth = { kind = "bearer", token = { file = "~/.secrets/github" } }
# The version pins what answers look like.
headers = { Accept = "application/vnd.github+json", X-GitHub-Api-Version = "2022-11-28" }
params = { per_page = 100 }         # the most that GitHub gives
page = { kind = "link" }
# 5,000 requests an hour, shared by all your tokens; beyond 900 a minute come the secondary limits. 500 are left to others.
limits = { rate = "80/min", reserve = 500 }

# What you did, the newest first. The 300 newest at most, and none that is older than 30 days (older copies of the page: 90).
[[source.streams]]
name = "events"
path = "/users/YOUR-NAME/events"    # CHANGE
key = "id"
stop = { known_pages = 1 }          # all on a page is known: so is all that comes after it
window = { newest = 300, by = "created_at" }

# Repositories that you starred; this media type tells when. Asked for whole: a star that is taken back leaves no trace.
[[source.streams]]
name = "starred"
path = "/user/starred"
headers = { Accept = "application/vnd.github.star+json" }
params = { sort = "created", direction = "asc" }
key = "repo.id"

# Issues and pull requests; for GitHub every pull request is an issue.
#
# Pages by number would lose some: the list is sorted by the time of change, so an issue that is edited while we page moves
# to the end, all others move up by one, and the first of the next page is never seen. So there are no page numbers here:
# each page begins at the time of the last issue of the page before ("since"), and what is edited comes once more, at the end.
# Issues of one second may be cut in two by a page's end, so we rely on "since" having the second itself. The documentation
# said "at or after this time"; its newer wording, "after the given time", says less.
[[source.streams]]
name = "issues"
path = "/repos/OWNER/REPO/issues"   # CHANGE
params = { state = "all", sort = "updated", direction = "asc" }
page = { kind = "last-item", field = "updated_at", param = "since", bound = "from" }
key = "id"
cursor = { field = "updated_at", param = "since", start = "2008-01-01T00:00:00Z", overlap = "10m" }
full_every = "30d"                  # what was deleted, or moved to another repository, shows by its absence only then

# Asked for each issue that is in the same parcel, so only for those that have changed.
[[source.streams]]
name = "comments"
path = "/repos/OWNER/REPO/issues/{issue.number}/comments"     # CHANGE
each = { issue = "issues", where = "comments > 0" }
key = "id"
on = { "404" = "skip", "410" = "skip" }    # an issue that was moved or deleted since it was listed
`
