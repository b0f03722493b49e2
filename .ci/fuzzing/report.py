"""Says per operation how often it was asked and what it answered, from schemathesis' report.

    report.py REPORT.ndjson DOCUMENT.json

Fails when an operation never succeeded: then nothing but its refusals was tried; and when a phase asked nothing,
a check never looked, a kind of credentials was never good, or no wrong data was sent: then less was tried than
everybody believes.
"""

import collections
import json
import sys

# openStream answers with a WebSocket, which schemathesis does not speak; an assertion of a passkey answers one
# challenge of one pairing. tests/api/contract tries both (realtime.rs, sessions.rs).
WITHOUT_SUCCESS = {"openStream", "getPasskey", "answerPasskey"}
PHASES = {"examples", "coverage", "fuzzing", "stateful"}
# In which of them data is made up, so that some of it must be wrong.
WITH_WRONG_DATA = {"coverage", "fuzzing"}
# An api-key, and a login.
CREDENTIALS = {"x-api-key", "authorization"}
CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "object_level_authorization",
}


def is_guarded(operation):
    """Whether nobody is answered without credentials: that is the document's rule, and operations say what is theirs."""
    security = operation.get("security", ["as the document says"])
    return bool(security) and {} not in security


def main():
    report, document = sys.argv[1:]
    with open(document, encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    guarded = {
        f"{method.upper()} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if is_guarded(operation)
    }
    ids = {
        f"{method.upper()} {path}": operation["operationId"]
        for path, operations in paths.items()
        for method, operation in operations.items()
    }
    answers = {label: collections.Counter() for label in ids}
    asked = set()
    looked = set()
    good = set()
    with open(report, encoding="utf-8") as file:
        for line in file:
            recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder")
            if not recorder:
                continue
            for checks in recorder.get("checks", {}).values():
                looked.update(check["name"] for check in checks)
            for case, interaction in recorder.get("interactions", {}).items():
                value = recorder.get("cases", {}).get(case, {}).get("value", {})
                label = f"{value.get('method')} {value.get('path')}"
                response = interaction.get("response")
                meta = value.get("meta")
                if meta and response:
                    asked.add((meta["phase"]["name"], meta["generation"]["mode"]))
                if label in guarded and response and 200 <= response["status_code"] < 300:
                    good.update(header.lower() for header in interaction["request"]["headers"])
                if label in answers and response:
                    answers[label][response["status_code"]] += 1
    missing = []
    total = collections.Counter()
    for label, statuses in sorted(answers.items()):
        total += statuses
        told = ", ".join(f"{count}x {status}" for status, count in sorted(statuses.items()))
        print(f"{ids[label]:18} {label}: {told or 'never asked'}")
        succeeded = any(200 <= status < 300 for status in statuses)
        if not succeeded and ids[label] not in WITHOUT_SUCCESS:
            missing.append(ids[label])
    told = ", ".join(f"{count}x {status}" for status, count in sorted(total.items()))
    print(f"{sum(total.values())} answers: {told}")
    faults = []
    if missing:
        faults.append(f"never succeeded: {', '.join(missing)}")
    if idle := PHASES - {phase for phase, _ in asked}:
        faults.append(f"phases that asked nothing: {', '.join(sorted(idle))}")
    if tame := {phase for phase in WITH_WRONG_DATA if (phase, "negative") not in asked}:
        faults.append(f"phases without wrong data: {', '.join(sorted(tame))}")
    if useless := CREDENTIALS - good:
        faults.append(f"credentials that never were good: {', '.join(sorted(useless))}")
    if blind := CHECKS - looked:
        faults.append(f"checks that never looked: {', '.join(sorted(blind))}")
    if faults:
        sys.exit("\n".join(faults))


main()
