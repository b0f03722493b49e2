"""What schemathesis does to a request before it is sent.

The world is small and some requests end a part of it: a session that is unlinked, a request to join that
is answered. So that the others still meet something, these go where it does no harm.
"""

import json
import random

import schemathesis

with open("world.json", encoding="utf-8") as file:
    WORLD = json.load(file)

with open("credentials.json", encoding="utf-8") as file:
    CREDENTIALS = {one["name"]: one["fixedHeaders"][0] for one in json.load(file)["auth"]}

# Of its own: Hypothesis begins the common one anew with every example.
TURNS = random.Random(0)

# Stop, unlink or remove what they are called on, or only make sense without a phone.
FOR_SPARE_SESSIONS = {
    "deleteSession",
    "getPairingCode",
    "getQrCode",
    "logOutSession",
    "restartSession",
    "startSession",
    "stopSession",
}

# Somebody is let in or turned away once only; each of these gets people of its own.
FIRST, SECOND, *REST = WORLD["asked"]
ASKED = {"approveRequest": [FIRST], "rejectRequest": [SECOND], "approveMembers": REST}


SUCCEEDED = set()


def name(case):
    return case.operation.definition.raw.get("operationId")


def place(operation, path):
    """Fills a path with what exists."""
    spare = operation in FOR_SPARE_SESSIONS
    group = random.choice(WORLD["groups_to_leave"]) if operation == "leaveGroup" else WORLD["group"]
    known = {
        "session": random.choice(WORLD["spare"]) if spare else WORLD["session"],
        "gid": group,
        "jid": random.choice(WORLD["people"]),
    }
    path.update({key: value for key, value in known.items() if key in path})


def log_in(case):
    """A login in the place of the api-key, every other time."""
    key, login = CREDENTIALS["ours"], CREDENTIALS["ours by login"]
    if case.headers.get(key["name"]) == key["value"] and TURNS.random() < 0.5:
        del case.headers[key["name"]]
        case.headers[login["name"]] = login["value"]


@schemathesis.hook
def before_call(context, case, kwargs):
    log_in(case)
    operation, path = name(case), case.path_parameters
    if operation in FOR_SPARE_SESSIONS and path.get("session") == WORLD["session"]:
        path["session"] = random.choice(WORLD["spare"])
    positive = case.meta is not None and case.meta.generation.mode.is_positive
    if not positive or case.auth_identity != "ours":
        return
    # Chance alone may not lead every operation to a success within the time.
    if operation not in SUCCEEDED:
        place(operation, path)
    if people := ASKED.get(operation):
        place(operation, path)
        if "jid" in path:
            path["jid"] = people.pop()
        else:
            case.body = {"participants": [people.pop()]}


@schemathesis.hook
def after_call(context, case, response):
    if 200 <= response.status_code < 300:
        SUCCEEDED.add(name(case))
