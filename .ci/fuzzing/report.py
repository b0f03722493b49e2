"""Says per operation how often it was asked and what it answered, from schemathesis' report.

    report.py REPORT.ndjson DOCUMENT.json

Fails when an operation never succeeded: then nothing but its refusals was tried.
"""

import collections
import json
import sys

# Its success is a WebSocket, which schemathesis does not speak; tests/contract/realtime.rs does.
WITHOUT_SUCCESS = {"openStream"}


def main():
    report, document = sys.argv[1:]
    with open(document, encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    ids = {
        f"{method.upper()} {path}": operation["operationId"]
        for path, operations in paths.items()
        for method, operation in operations.items()
    }
    answers = {label: collections.Counter() for label in ids}
    with open(report, encoding="utf-8") as file:
        for line in file:
            recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder")
            if not recorder:
                continue
            for case, interaction in recorder.get("interactions", {}).items():
                value = recorder.get("cases", {}).get(case, {}).get("value", {})
                label = f"{value.get('method')} {value.get('path')}"
                response = interaction.get("response")
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
    if missing:
        sys.exit(f"never succeeded: {', '.join(missing)}")


main()
