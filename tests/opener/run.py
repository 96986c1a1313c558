"""Runs the tests of the opener. Tests begin with `test_`, or with the statement they prove."""

from __future__ import annotations

import re
import sys
import unittest
from pathlib import Path

TITLE = re.compile(r"(test|n[0-9]+)_")


class Loader(unittest.TestLoader):
    def getTestCaseNames(self, testCaseClass: type[unittest.TestCase]) -> list[str]:
        return [name for name in sorted(dir(testCaseClass)) if TITLE.match(name)]


def main() -> int:
    here = Path(__file__).resolve().parent
    found = Loader().discover(str(here), pattern="test_*.py", top_level_dir=str(here))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(found)
    for _, reason in result.skipped:
        print(reason)
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
