"""Runs the Python suites and prints one JSON line a test for run.mjs to count."""

import json
import sys
import time
import unittest
from pathlib import Path


class Lines(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def say(self, test, **rest):
        name = test.shortDescription() if test.shortDescription() else str(test)
        group = getattr(type(test), "group", "Python")
        event = {"name": f"{group} (Python): {name}", "milliseconds": (time.monotonic() - self.began) * 1000, **rest}
        print(json.dumps({"python-test": event}, separators=(",", ":")), flush=True)

    def addSuccess(self, test):
        self.say(test)

    def addSkip(self, test, reason):
        self.say(test, skipped=reason)

    def addFailure(self, test, error):
        self.say(test, error=self._exc_info_to_string(error, test))

    def addError(self, test, error):
        self.began = getattr(self, "began", time.monotonic())
        self.say(test, error=self._exc_info_to_string(error, test))


folder = Path(__file__).parent
sys.path.insert(0, str(folder))
unittest.defaultTestLoader.discover(str(folder), pattern="test_*.py").run(Lines())
print('{"python-test":{"end":true}}')
