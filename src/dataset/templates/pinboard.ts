export const pinboard = `# Pinboard: all your bookmarks, with notes on them and tags.
#
# CHANGE nothing but the token.
# TOKEN  Your settings page (https://pinboard.in/settings/password) shows it as NAME:XXXXXXXXXX; the name is part of it.
#          mkdir -p -m 700 ~/.secrets && (umask 077; cat > ~/.secrets/pinboard)     then paste it, Enter, Ctrl-D
#        It is sent in the address, as Pinboard wants it; unsilo keeps it out of all that it writes.
# FACTS  https://pinboard.in/api/ (version 1), from stored copies, looked up in November 2026.
# NOT    Notes (posts/all has bookmarks only), and the archived pages of paid accounts.

interval = "1 day"                  # not below 5 minutes

[source]
kind = "rest"
base = "https://api.pinboard.in/v1"
auth = { kind = "api-key", name = "auth_token", value = { file = "~/.secrets/pinboard" }, in = "query" }
# posts/all is allowed once in five minutes, so further pages wait; the pages are so large that there is hardly a second one.
# Right after \`unsilo probe\`, which asks for it, too, the first one may have to wait (429).
limits = { rate = "12/h" }
retry = { tries = 4, backoff = "1m..5m" }

[[source.streams]]
name = "posts"
path = "/posts/all"
params = { format = "json", meta = "yes" }     # XML unless told; "meta" is a signature that changes with each edit
key = "hash"                        # of the address: there is one bookmark for each
# A bookmark that is removed in the five minutes between two pages hides another one until the next export.
page = { kind = "offset", param = "start", limit_param = "results", size = 10000 }
# No cursor: "fromdt" goes by the time of saving, which an edit leaves as it was.
`
