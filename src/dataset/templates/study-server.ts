export const studyServer = `# A study server: all forms with their records. Records that are safe here can be deleted there (see the end).
#
# CHANGE the lines that say so: the server's address and your user name.
# TOKEN  The password of the server's account for exports.
#          mkdir -p -m 700 ~/.secrets && (umask 077; cat > ~/.secrets/study)     then type it, Enter, Ctrl-D
# FACTS  The contract that PIExporter knows. No public documentation of it was found; it is:
#          GET export/             a list of {name, size, deleteable}
#          GET export/NAME         a list of records, each with an "id"
#          DELETE export/NAME/ID   deletes one record
#        with a user name and a password (HTTP Basic). Fields whose names end in RSA are encrypted, and stay so here:
#        the private key is not needed to export, and has no business on this machine.
# NOT    Decryption, and tables made of the records: a parcel has the answers as they came.

interval = "1 day"
# Copies in another place, before anything is deleted: name a target of unsilo.toml. The documentation tells how.
# publish = ["vault"]

[source]
kind = "rest"
base = "https://study.example.org"      # CHANGE
auth = { kind = "basic", user = "YOUR-NAME", password = { file = "~/.secrets/study" } }    # CHANGE
page = { kind = "none" }                # the server gives each list in one answer

[[source.streams]]
name = "forms"
path = "export/"
key = "name"

# Records of forms that may be deleted.
[[source.streams]]
name = "entries"
path = "export/{form.name}"
each = { form = "forms", where = "deleteable" }
key = "id"
# Once drained, no record with an id that was seen before should be there any more: tell when one is. Turn it on together
# with the drain; before that, every record would be told of, in each run.
# high_water = { field = "id", per = "form.name" }

# Records of forms that have to stay on the server, such as the list of participants.
[[source.streams]]
name = "kept_entries"
path = "export/{form.name}"
each = { form = "forms", where = "not deleteable" }
key = "id"

# Deleting on the server. A record is deleted only when what the server shows at that moment is what a parcel holds, the
# parcel was read again and found whole, and all targets of "after" have their copy of it. Each deletion is written down
# before it is asked for. \`unsilo drain --dry-run\` says what would be deleted, and deletes nothing; look at that first.
[source.drain]
enabled = false                         # true: every run drains
stream = "entries"
request = "DELETE export/{form.name}/{id}"
after = { targets = [] }                # ["vault"]: only what has been copied there. Better than one disk.
gone = [404, 410]                       # what the server says of a record that is not there any more
per_run = 500                           # no more than these in one run
`
