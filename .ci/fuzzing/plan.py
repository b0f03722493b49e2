"""Writes what a run against a served sandbox needs: schemathesis.toml, credentials.json and world.json.

    plan.py FIRST-LINE DIRECTORY

FIRST-LINE is the file with the line of JSON that the gateway printed. Ids, JIDs and links that exist are
looked up, so that every operation also succeeds; sessions and keys to be removed are added first.
"""

import json
import os
import sys
import urllib.error
import urllib.request

from login import Frontend

HOOKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hooks.py")


class Gateway:
    def __init__(self, url, credential):
        self.base, self.credential = f"{url}/api/v1", credential

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            self.base + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={self.credential["name"]: self.credential["value"]},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def try_to(self, *arguments):
        try:
            return self.ask(*arguments)
        except urllib.error.HTTPError:
            return None


def quoted(values):
    return "[" + ", ".join(json.dumps(value) for value in values) + "]"


def main():
    first_line, directory = sys.argv[1:]
    with open(first_line, encoding="utf-8") as file:
        ready = json.load(file)
    ours, theirs = ready["organizations"][:2]
    # The hooks let the login take turns with the key of the same organization.
    frontend = Frontend(os.path.join(directory, "login.pem"), os.path.join(directory, "jwks.json"))
    credentials = {
        "ours": {"name": "x-api-key", "value": ours["keys"]["all"]},
        "ours by login": {"name": "Authorization", "value": f"Bearer {frontend.owner(ours['id'])}"},
        "theirs": {"name": "Authorization", "value": f"Bearer {frontend.owner(theirs['id'])}"},
    }
    gateway = Gateway(ready["url"], credentials["ours"])

    sessions = gateway.ask("GET", "/sessions")["data"]
    session = next(one["id"] for one in sessions if one["status"] == "working")
    groups = gateway.ask("GET", f"/sessions/{session}/groups")["data"]
    admin = [g["groupJid"] for g in groups if g.get("myRole") in ("admin", "superadmin")]
    asked = {}
    for gid in admin:
        people = gateway.try_to("GET", f"/sessions/{session}/groups/{gid}/requests")
        if people and people["data"]:
            asked[gid] = [one["jid"] for one in people["data"]]
    busy = max(asked, key=lambda gid: len(asked[gid]))
    others = [gid for gid in admin if gid != busy]
    kept, linked, left = [busy, *others[:2]], others[2:8], others[8:]
    me = gateway.ask("GET", f"/sessions/{session}/me")["waLid"]

    def members(gid):
        listed = gateway.ask("GET", f"/sessions/{session}/groups/{gid}/members")["data"]
        return [one["lid"] for one in listed if one["lid"] != me]

    people = members(busy)
    outsiders = [lid for lid in members(linked[0]) if lid not in people]
    invites = [
        gateway.ask("GET", f"/sessions/{session}/groups/{gid}/invite")["invite"] for gid in linked
    ]
    spare = [gateway.ask("POST", "/sessions", {"label": f"spare {n}"})["id"] for n in range(40)]
    keys = [gateway.ask("POST", "/keys", {"capabilities": ["read"]})["id"] for _ in range(40)]
    page = gateway.ask("GET", f"/sessions/{session}/groups?limit=1")["nextCursor"]

    wallet = os.path.join(directory, "credentials.json")
    with open(os.open(wallet, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(
            {
                "auth": [
                    {"name": name, "fixedHeaders": [credential]} for name, credential in credentials.items()
                ]
            },
            file,
        )

    dictionaries = {
        "sessions": [session],
        "groups": kept,
        "groups_to_leave": left,
        "people": people,
        "outsiders": outsiders,
        "invites": invites,
        "codes": [invite.rsplit("/", 1)[1] for invite in invites],
        "keys": keys,
        "zones": ["Europe/Berlin", "Asia/Jakarta", "UTC"],
        "cursors": [page],
        "audit_cursors": [gateway.ask("GET", "/audit?limit=1")["nextCursor"]],
    }
    with open(os.path.join(directory, "world.json"), "w", encoding="utf-8") as file:
        world = {
            "session": session,
            "spare": spare,
            "group": busy,
            "groups_to_leave": left,
            "people": people,
            "asked": asked[busy],
        }
        json.dump(world, file)
    with open(os.path.join(directory, "schemathesis.toml"), "w", encoding="utf-8") as file:
        file.write(PLAN.replace("CREDENTIALS", json.dumps(wallet)).replace("HOOKS", json.dumps(HOOKS)))
        for name, values in dictionaries.items():
            file.write(f"\n[dictionaries.{name}]\nvalues = {quoted(values)}\n")


PLAN = """\
# Written by .ci/fuzzing/plan.py.
continue-on-failure = true
hooks = HOOKS
request-timeout = 30

[auth.wfc]
path = CREDENTIALS
user = "ours"
peers = ["ours", "theirs"]

# Most ids exist; some are made up.
[parameters]
"path.session" = { dictionary = "sessions", probability = 0.8 }
"path.gid" = { dictionary = "groups", probability = 0.8 }
"path.jid" = { dictionary = "people", probability = 0.8 }
"path.id" = { dictionary = "keys", probability = 0.5 }
"path.code" = { dictionary = "codes", probability = 0.8 }
"query.cursor" = { dictionary = "cursors", probability = 0.5 }

# Every check that there is.
[checks.status_code_conformance]
enabled = true

[checks.content_type_conformance]
enabled = true

[checks.response_headers_conformance]
enabled = true

[checks.response_schema_conformance]
enabled = true

[checks.negative_data_rejection]
enabled = true

[checks.missing_required_header]
enabled = true

[checks.unsupported_method]
enabled = true

[checks.allow_header_conformance]
enabled = true

[checks.use_after_free]
enabled = true

[checks.ensure_resource_availability]
enabled = true

[checks.ignored_auth]
enabled = true

[checks.object_level_authorization]
enabled = true

# What the document promises: a session that is not connected, and a gateway that cannot reach WhatsApp.
[checks.not_a_server_error]
enabled = true
expected-statuses = ["2xx", "3xx", "4xx", 501, 503]

[checks.positive_data_acceptance]
enabled = true
expected-statuses = ["2xx", 401, 403, 404, 409, 429, 501, 503]

# A cursor is opaque, a link may be dead, a time may be past or too recent, an assertion encodes JSON, opening hours
# may overlap or name no zone: no schema can say which.
[[operations]]
include-operation-id = ["listGroups", "listAudit", "joinGroup", "createKey", "answerPasskey", "trimAudit", "putSchedule"]
checks = { positive_data_acceptance = { expected-statuses = ["2xx", 400, 401, 403, 404, 409, 429, 501, 503] } }

# Speaks WebSocket, so without an upgrade its ticket may be as good as it likes.
[[operations]]
include-operation-id = "openStream"
checks = { positive_data_acceptance = { enabled = false } }

# Deleting a link makes another one, and a group without opening hours says so: there is always one to read.
[[operations]]
include-operation-id = ["getInvite", "getSchedule"]
checks = { use_after_free = { enabled = false } }

[[operations]]
include-operation-id = "listAudit"
parameters = { "query.cursor" = { dictionary = "audit_cursors", probability = 0.5 } }

[[operations]]
include-operation-id = "putSchedule"
parameters = { "body.zone" = { dictionary = "zones", probability = 0.8 } }

[[operations]]
include-operation-id = "createTicket"
parameters = { "body.session" = { dictionary = "sessions", probability = 0.8 } }

[[operations]]
include-operation-id = "leaveGroup"
parameters = { "path.gid" = { dictionary = "groups_to_leave", probability = 0.8 } }

[[operations]]
include-operation-id = "joinGroup"
parameters = { "body.invite" = { dictionary = "invites", probability = 0.5 } }

[[operations]]
include-operation-id = ["addMembers", "approveMembers", "createGroup"]
parameters = { "body.participants[*]" = { dictionary = "outsiders", probability = 0.8 } }
"""

main()
