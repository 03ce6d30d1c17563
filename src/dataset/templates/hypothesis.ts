export const hypothesis = `# Hypothes.is: your annotations, page notes and replies.
#
# CHANGE the line that says so: your user name.
# TOKEN  https://hypothes.is/account/developer > "Generate your API token"; it has no scopes, and can do all that you can.
#          mkdir -p -m 700 ~/.secrets && (umask 077; cat > ~/.secrets/hypothesis)     then paste it, Enter, Ctrl-D
# FACTS  https://h.readthedocs.io/en/latest/api-reference/v1/, by the man page and the R package that restate it, and
#        https://web.hypothes.is/blog/new-search-api-parameter-search_after/; looked up in November 2026.
#        No limit of requests is documented, nor whether annotations of private groups come without naming the group.
# NOT    What others have annotated (drop "user", or name a "group"), group names, the annotated pages themselves.

interval = "1 day"

[source]
kind = "rest"
base = "https://api.hypothes.is/api"
auth = { kind = "bearer", token = { file = "~/.secrets/hypothesis" } }
limits = { rate = "60/min" }        # our own choice

# "offset" ends at 9,800. "search_after" has no end: a page is what lies after a time, in ascending order.
#
# It leaves out that time itself, so of annotations with one time (an import makes such) the rest would be lost when a page
# ends among them. unsilo asks from the time before, and gets them all; the same few come twice. 200 of one time are an error.
[[source.streams]]
name = "annotations"
path = "/search"
params = { user = "acct:YOUR-NAME@hypothes.is", sort = "updated", order = "asc", limit = 200 }    # CHANGE
items = "rows"
key = "id"
page = { kind = "last-item", field = "updated", param = "search_after", size = 200 }
cursor = { field = "updated", param = "search_after", overlap = "10m" }
full_every = "7d"                   # what was deleted shows by its absence, and only in a full export
`
