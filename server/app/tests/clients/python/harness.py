"""What the Python suites stand on; the same ideas as harness.mjs."""

import json
import os
import time
import unittest
import urllib.request
import uuid

TARGET = json.loads(os.environ["ARCHESTRA_CLIENTS_TARGET"])
PATIENCE = 10
ANY_STATUS = object()
RED_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
WEATHER_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}


class Call:
    """One call under test: its id travels as the log's external agent and as a header the proxy must not know."""

    def __init__(self, side="mock"):
        self.id = str(uuid.uuid4())
        self.side = side
        self.urls = TARGET[side]
        self.headers = {"x-archestra-agent-id": self.id, "x-test-call": self.id}


class SdkTest(unittest.TestCase):
    def recorded(self, call, *expected_rows):
        """Waits for the log to hold exactly these rows of this call and compares the given fields."""
        if TARGET["direct"]:
            return []
        path = f"/api/interactions?limit=50&externalAgentId={call.id}"
        rows = until(lambda: admin(call.side, path)["data"], lambda rows: len(rows) >= len(expected_rows))[::-1]
        self.assertEqual(len(rows), len(expected_rows))
        for row, expected in zip(rows, expected_rows):
            wanted = {"status": 200, "outcome": "ok", "stream": False, **expected}
            if wanted["status"] is ANY_STATUS:
                del wanted["status"]
            self.assertEqual({key: row[key] for key in wanted}, wanted)
        return rows

    def raises(self, kind, action):
        with self.assertRaises(kind) as caught:
            action()
        return caught.exception


def reached_upstream(call, matches=bool):
    return until(lambda: get(f"{TARGET['fake']['upstream']}/__fake/journal?call={call.id}"), matches)


def admin(side, path):
    return get(TARGET[side]["api"] + path, {"cookie": TARGET[side]["cookie"]})


def get(url, headers=None):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(urllib.request.Request(url, headers=headers or {}), timeout=30) as response:
        return json.load(response)


def until(probe, matches):
    deadline = time.monotonic() + PATIENCE
    while not matches(value := probe()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE} s; last seen: {str(value)[:2000]}")
        time.sleep(0.05)
    return value
