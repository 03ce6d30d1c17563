export const reddit = `# Reddit: what you saved, upvoted, submitted and commented.
#
# CHANGE the lines that say so: your user name and your app's id.
# TOKEN  1. https://www.reddit.com/prefs/apps > "create app" > "web app", redirect uri http://localhost:8080. It has an id (under
#           its name) and a secret. Reddit may ask you to apply for access to its Data API first.
#        2. In the browser, as one line, with your id:
#           https://www.reddit.com/api/v1/authorize?client_id=ID&response_type=code&state=x&duration=permanent
#             &redirect_uri=http://localhost:8080&scope=history%20read
#           "duration=permanent" is what gives a refresh token. You land on an address with code=CODE (without the #_ at its end).
#        3. curl -u ID:SECRET -A 'linux:unsilo:v1 (by /u/YOUR-NAME)' https://www.reddit.com/api/v1/access_token \\
#             -d grant_type=authorization_code -d redirect_uri=http://localhost:8080 -d code=CODE
#           The refresh_token in the answer goes into ~/.secrets/reddit-refresh, the secret into ~/.secrets/reddit-client.
#        The scope "history" is for what you saved and upvoted. Whether your posts and comments need "read" is not in
#        the stored documentation, so both are asked for.
# FACTS  From stored copies of these pages, looked up in November 2026:
#        https://www.reddit.com/dev/api/oauth#listings
#        https://www.reddit.com/r/redditdev/wiki/api/faq
#        https://github.com/reddit-archive/reddit/wiki/OAuth2
#        https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki
# NOT    Anything beyond the newest 1,000 of each list: ask Reddit for your data (https://www.reddit.com/settings/data-request)
#        once. Messages, subscriptions, hidden posts, the posts that your comments are on, images and videos.
# RULES  Reddit's terms ask you to remove what its authors have deleted there. A parcel keeps it: that is for you to decide.

interval = "1 day"

[source]
kind = "rest"
base = "https://oauth.reddit.com"
# Reddit throttles clients that do not say who they are: platform, program, version, and your name.
headers = { User-Agent = "linux:unsilo:v1 (by /u/YOUR-NAME)" }    # CHANGE
params = { limit = 100, raw_json = 1 }     # 100 is the most; without raw_json, texts have &amp; for &
page = { kind = "token", at = "data.after", param = "after" }
# 100 requests a minute for a client. X-Ratelimit-Remaining and -Reset are heeded.
limits = { rate = "60/min" }

[source.auth]
kind = "oauth2"
token_url = "https://www.reddit.com/api/v1/access_token"
client_id = "YOUR-APP-ID"           # CHANGE
client_secret = { file = "~/.secrets/reddit-client" }
refresh_token = { file = "~/.secrets/reddit-refresh" }

# Each list shows its newest 1,000, and no more: what is pushed out is not shown again, even when you take others away. Ten
# pages have all of it, so it is asked for whole, and shows edits, too. What is missing later is proof of nothing, unless it
# would still be among the newest 1,000.
[[source.streams]]
name = "saved"                      # posts and comments, the one you saved last first; when, Reddit does not tell
path = "/user/YOUR-NAME/saved"      # CHANGE
items = "data.children[*].data"
key = "name"                        # the "fullname": t1_… for a comment, t3_… for a post
window = { newest = 1000 }

[[source.streams]]
name = "upvoted"
path = "/user/YOUR-NAME/upvoted"    # CHANGE
items = "data.children[*].data"
key = "name"
window = { newest = 1000 }

[[source.streams]]
name = "comments"
path = "/user/YOUR-NAME/comments"   # CHANGE
items = "data.children[*].data"
key = "name"
window = { newest = 1000, by = "created_utc" }

[[source.streams]]
name = "submitted"
path = "/user/YOUR-NAME/submitted"  # CHANGE
items = "data.children[*].data"
key = "name"
window = { newest = 1000, by = "created_utc" }
`
