export const lastfm = `# Last.fm: every track that was scrobbled, with its time.
#
# CHANGE the line that says so: your user name.
# TOKEN  An API key, which is free: https://www.last.fm/api/account/create. It reads what is public; when you hide your recent
#        listening in the privacy settings, Last.fm refuses (error 17).
#          mkdir -p -m 700 ~/.secrets && (umask 077; cat > ~/.secrets/lastfm)     then paste it, Enter, Ctrl-D
# FACTS  https://www.last.fm/api/show/user.getRecentTracks and https://lastfm-docs.github.io/api-docs/user/getRecentTracks,
#        from stored copies, looked up in November 2026. The first says 200 a page at most, the second 1,000. The copies
#        have no number for the limit of requests, only "several calls per second" as too many, and do not say with
#        which statuses its errors come.
# NOT    Loved tracks, tags, friends, charts.

interval = "1 day"

[source]
kind = "rest"
base = "https://ws.audioscrobbler.com"
auth = { kind = "api-key", name = "api_key", value = { file = "~/.secrets/lastfm" }, in = "query" }
limits = { rate = "60/min" }

# The newest first. A track that comes in while we page moves the others back, so that some come twice; none is lost by it.
# One that you delete in that moment hides another, until the next full export.
[[source.streams]]
name = "scrobbles"
path = "/2.0/"
params = { method = "user.getrecenttracks", user = "YOUR-NAME", format = "json" }    # CHANGE
items = "recenttracks.track"
# Scrobbles have no id. What is playing right now comes first on each page, without a date: it has no key, and is not counted.
key = ["date.uts", "artist.#text", "name"]
page = { kind = "number", param = "page", from = 1, size_param = "limit", size = 200 }
# Seconds since 1970. "from" leaves out that second itself, and players that were offline send what they have later: so two
# weeks and a day are asked for again, each time.
cursor = { field = "date.uts", param = "from", as = "epoch", overlap = "15d" }
full_every = "90d"                  # what you edited or deleted shows only then
`
