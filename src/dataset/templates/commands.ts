const schedule = `# How often a new parcel is made. Or: schedule = "0 3 * * *" with timezone = "Europe/Berlin".
interval = "1 day"
# How many good parcels stay. Without it none is ever removed. Or a table: [keep] daily = 7, weekly = 4, monthly = 12.
# keep = 5
`

const checks = `
# A number to watch. $PARCEL_PATH is the parcel; what the command prints goes into metrics.csv and the report.
# metrics.lines.cmd = "wc -l < $PARCEL_PATH"

# What makes a parcel suspect: it is kept, but prune waits until you have looked.
# [guard]
# min_bytes = "10 kB"
# max_shrink = "50%"
`

export const command = `# A line for the shell. It writes to $PARCEL_PATH with an extension of its own, or makes it a folder.
# $DATASET_PATH is this folder, and $PARCEL_ID the parcel's name.
# cmd = "my-export-tool > $PARCEL_PATH.json"

${schedule}
# retries = 3                     # tries in all, with a growing wait in between
# timeout = "30m"                 # then the command is ended
${checks}`

export const stdout = `# A line for the shell. What it prints becomes the parcel; it is checked, and may be compressed.
# cmd = "my-export-tool --json"
# stdout = "json"                 # the extension of what it prints
# compress = "zstd"               # none, gzip or zstd

${schedule}
# retries = 3                     # tries in all, with a growing wait in between
# silence = "5m"                  # no output for so long = hung
${checks}`

export const ingest = `# Files that match are moved into this dataset by the next \`unsilo run\`.
# ingest.paths = ["~/Downloads/takeout-*.zip"]
ingest.time_source = "mtime"      # a parcel is named by the file's own time; "now": by the time of the run

# Warn when the newest good parcel is older.
# max_age = "90 days"
# keep = 5
${checks}`
