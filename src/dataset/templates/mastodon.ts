export const mastodon = `# Mastodon: your posts and boosts, your bookmarks, your favourites.
#
# CHANGE the lines that say so: your server, and your account's id (a number, not the name):
#          curl 'https://YOUR-SERVER/api/v1/accounts/lookup?acct=YOUR-NAME'     "id" is in the answer
# TOKEN  On your server: Preferences > Development > New application, with the scopes read:accounts, read:statuses,
#        read:bookmarks and read:favourites, and no other. Its page shows "Your access token".
#          mkdir -p -m 700 ~/.secrets && (umask 077; cat > ~/.secrets/mastodon)     then paste it, Enter, Ctrl-D
# FACTS  https://docs.joinmastodon.org/api/guidelines/#pagination, https://docs.joinmastodon.org/methods/accounts/#statuses,
#        https://docs.joinmastodon.org/methods/bookmarks/, https://docs.joinmastodon.org/methods/favourites/ and
#        https://docs.joinmastodon.org/api/rate-limits/, from stored copies, looked up in November 2026.
# NOT    Images and videos (posts have their addresses), direct conversations by others, lists, follows, notifications.
#        Preferences > Import and export has follows, lists and blocks, and an archive with your images.

interval = "1 day"

[source]
kind = "rest"
base = "https://YOUR-SERVER.example"    # CHANGE
auth = { kind = "bearer", token = { file = "~/.secrets/mastodon" } }
params = { limit = 40 }             # the most
# Of bookmarks and favourites, the ids that pages go by are in no answer: only the Link header leads on.
page = { kind = "link" }
limits = { rate = "50/min" }        # 300 in five minutes

# Your profile as it is, for the record.
[[source.streams]]
name = "profile"
path = "/api/v1/accounts/verify_credentials"
format = "any"
page = { kind = "none" }

# The newest first, until a page is known. A full export once in a while sees edits of old posts, and new counts.
[[source.streams]]
name = "statuses"
path = "/api/v1/accounts/YOUR-ID/statuses"    # CHANGE
key = "id"
stop = { known_pages = 1 }
full_every = "30d"

# What you bookmarked last comes first.
[[source.streams]]
name = "bookmarks"
path = "/api/v1/bookmarks"
key = "id"
stop = { known_pages = 1 }
full_every = "30d"

[[source.streams]]
name = "favourites"
path = "/api/v1/favourites"
key = "id"
stop = { known_pages = 1 }
full_every = "30d"
`
