export const raindrop = `# Raindrop.io: all bookmarks, the trash, and the collections.
#
# CHANGE nothing but the token.
# TOKEN  https://app.raindrop.io/settings/integrations > "Create new app" > its page > "Create test token". It is for your own
#        account alone, and can do all that you can.
#          mkdir -p -m 700 ~/.secrets && (umask 077; cat > ~/.secrets/raindrop)     then paste it, Enter, Ctrl-D
# FACTS  https://developer.raindrop.io/v1/raindrops/multiple and https://developer.raindrop.io/, from stored copies, looked up in
#        November 2026. The number for the limit of requests was not in the copies; 120 a minute is what is told elsewhere.
# NOT    Permanent copies of pages, uploaded files, highlights of others. Settings > Backups has a CSV of all bookmarks.

interval = "1 day"

[source]
kind = "rest"
base = "https://api.raindrop.io/rest/v1"
auth = { kind = "bearer", token = { file = "~/.secrets/raindrop" } }
limits = { rate = "60/min" }

# 0 is all collections but the trash. Pages count from 0, and have 50 at most. The oldest first: what is added while we page
# comes at the end. What is removed in that moment pulls the rest forward, so that one may be missed until the next export.
# There is no list by time of change, so all is asked for, each time.
[[source.streams]]
name = "raindrops"
path = "/raindrops/0"
params = { sort = "created" }
items = "items"
key = "_id"
page = { kind = "number", param = "page", from = 0, size_param = "perpage", size = 50 }

[[source.streams]]
name = "trash"
path = "/raindrops/-99"
params = { sort = "created" }
items = "items"
key = "_id"
page = { kind = "number", param = "page", from = 0, size_param = "perpage", size = 50 }

# The outermost collections, and those inside of others.
[[source.streams]]
name = "collections"
path = "/collections"
items = "items"
key = "_id"
page = { kind = "none" }

[[source.streams]]
name = "inner_collections"
path = "/collections/childrens"     # so spelled
items = "items"
key = "_id"
page = { kind = "none" }
`
