export const todoist = `# Todoist: active tasks, projects, sections, labels, and the comments on tasks and projects.
#
# CHANGE nothing but the token.
# TOKEN  Settings > Integrations > Developer > API token. It has no scopes, and can do all that you can.
#          mkdir -p -m 700 ~/.secrets && (umask 077; cat > ~/.secrets/todoist)     then paste it, Enter, Ctrl-D
# FACTS  https://developer.todoist.com/api/v1/, by stored pages of Todoist's own SDK and of others that restate it; looked up
#        in November 2026. They give no limit of requests for v1; the version before had 1,000 in 15 minutes.
# NOT    Completed tasks: that list wants both a beginning and an end, at most three months apart, which a stream cannot say.
#        Files attached to comments, archived projects, reminders, filters, the activity log.
#        Todoist's own backups (Settings > Backups) have some of it.

interval = "1 day"

[source]
kind = "rest"
base = "https://api.todoist.com/api/v1"
auth = { kind = "bearer", token = { file = "~/.secrets/todoist" } }
params = { limit = 200 }            # the most; 50 unless told
page = { kind = "token", at = "next_cursor", param = "cursor" }
limits = { rate = "60/min" }

# All lists are asked for whole: none of them can begin at a time of change.
[[source.streams]]
name = "projects"
path = "/projects"
items = "results"
key = "id"

[[source.streams]]
name = "tasks"                      # the active ones; a task that is missing later was completed or deleted
path = "/tasks"
items = "results"
key = "id"

[[source.streams]]
name = "sections"
path = "/sections"
items = "results"
key = "id"

[[source.streams]]
name = "labels"
path = "/labels"
items = "results"
key = "id"

# Comments are only given for one project or one task at a time. The stored pages do not say for sure how a task
# tells that it has some, so each is asked for: with many tasks, leave this table out, or export less often.
[[source.streams]]
name = "task_comments"
path = "/comments"
params = { task_id = "{task.id}" }
each = { task = "tasks" }
items = "results"
key = "id"
on = { "404" = "skip" }             # completed or deleted since it was listed

[[source.streams]]
name = "project_comments"
path = "/comments"
params = { project_id = "{project.id}" }
each = { project = "projects" }
items = "results"
key = "id"
on = { "404" = "skip" }
`
