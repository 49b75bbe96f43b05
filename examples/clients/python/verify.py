"""Sends a household to hedui, waits for its report, opens it with the office's own key, and prints what it says.

    pip install joserfc
    HEDUI_BASE=… HEDUI_TOKEN=… python verify.py household.json recipient.jwk

Typed throughout (`mypy --strict`); the types are those of `/openapi.json` and `/schemas/report.json`, of which it names what it uses.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any, Literal, NotRequired, TypedDict, cast

from joserfc import jwe, jws
from joserfc.jwk import ECKey, KeySet


class Fault(TypedDict):
    """One thing that is wrong with a request."""

    pointer: str
    code: str
    detail: str
    detail_zh: str
    remedy: str
    remedy_zh: str


class Problem(TypedDict):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    title_zh: str
    status: int
    detail: NotRequired[str]
    errors: NotRequired[list[Fault]]


class CellStatus(TypedDict):
    """How far one department is about one person."""

    member: str
    source: str
    answer: str | None
    attempts: int


class CaseStatus(TypedDict):
    """How far a case is."""

    id: str
    status: Literal["accepted", "running", "waiting", "final", "cancelled", "failed", "erased"]
    version: int
    cells: list[CellStatus]


class Summary(TypedDict):
    """The report in one sentence."""

    words: str


class Screening(TypedDict):
    """Whether a household comes into question for a programme. What is open is never taken for no."""

    outcome: str
    state: Literal["met", "not_met", "open"]


class Body(TypedDict):
    """What the audit log's entry names by its hash."""

    number: str
    summary: Summary
    screening: list[Screening]


class Refused(Exception):
    """hedui says no: which field, why, and what to do."""

    def __init__(self, problem: Problem) -> None:
        faults = [f"\n  {fault['pointer']}: {fault['detail']}; {fault['remedy']}" for fault in problem.get("errors", [])]
        super().__init__(f"{problem['title']}: {problem.get('detail', '')}{''.join(faults)}")
        self.problem = problem


class Hedui:
    """The calls that a caseworker system needs."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.token = token

    def _call(self, path: str, accept: str, body: bytes | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": accept, "Content-Type": "application/json"}
        request = urllib.request.Request(self.base + path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return cast(bytes, answer.read())
        except urllib.error.HTTPError as error:
            raise Refused(cast(Problem, json.load(error))) from error

    def submit(self, household: bytes) -> str:
        """Sends a household (`/schemas/request.json`); the id of its case, which is durable from here on."""
        accepted = json.loads(self._call("/v1/verifications", "application/json", household))
        return cast(str, accepted["id"])

    def status(self, case: str) -> CaseStatus:
        """How far it is."""
        return cast(CaseStatus, json.loads(self._call(f"/v1/verifications/{case}", "application/json")))

    def finished(self, case: str) -> CaseStatus:
        """Waits until every department has answered, or its time is over."""
        while (status := self.status(case))["status"] in ("accepted", "running", "waiting"):
            time.sleep(1)
        return status

    def report(self, case: str, key: ECKey) -> Body:
        """The report, opened with the office's key and checked against the service's."""
        sealed = self._call(f"/v1/verifications/{case}/report", "application/jose").decode()
        opened = jwe.decrypt_compact(sealed, key, algorithms=["ECDH-ES+A256KW", "A256GCM"])
        if opened.plaintext is None:
            raise ValueError("nothing is sealed in it")
        keys: Any = json.loads(self._call("/.well-known/jwks.json", "application/json"))
        signed = jws.deserialize_compact(opened.plaintext, KeySet.import_key_set(keys), algorithms=["ES256"])
        return cast(Body, json.loads(signed.payload)["body"])


def main() -> None:
    """Sends, waits, opens, prints."""
    request_file, key_file = sys.argv[1:3]
    hedui = Hedui(os.environ["HEDUI_BASE"], os.environ["HEDUI_TOKEN"])
    with open(request_file, "rb") as request, open(key_file, encoding="utf-8") as key:
        household, private = request.read(), ECKey.import_key(json.load(key))
    case = hedui.submit(household)
    status = hedui.finished(case)
    body = hedui.report(case, private)
    print(f"{status['status']}, {len(status['cells'])} answers, version {status['version']}")
    print(f"{body['number']}: {body['summary']['words']}")
    for screening in body["screening"]:
        print(f"{screening['outcome']}: {screening['state']}")


if __name__ == "__main__":
    main()
