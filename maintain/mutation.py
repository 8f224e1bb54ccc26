"""``make mutation``: how many mutants the tests notice in each file, and which they do not.

Reads what mutmut left in the folder ``mutants``. Ends with 1 where in one of the files the tests
notice less than ``LEAST`` of them. A mutant that never ends is noticed too: its tests never pass.
"""

from __future__ import annotations

import sys

from mutmut.mutation.data import SourceFileMutationData
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

LEAST = 0.8
_NOTICED = {"killed", "timeout"}


def main() -> int:
    """Print the figures of each file."""
    enough = True
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        found = {name: status_by_exit_code[code] for name, code in data.exit_code_by_key.items()}
        if not found:
            print(f"{path}: no mutants; run `make mutation`.")
            return 1
        for name, status in found.items():
            if status not in _NOTICED:
                print(f"  {status}: {name}")
        noticed = sum(status in _NOTICED for status in found.values())
        endless = sum(status == "timeout" for status in found.values())
        share = noticed / len(found)
        print(
            f"{path}: {noticed} of {len(found)} noticed ({share:.1%}), {endless} of them endless."
        )
        enough = enough and share >= LEAST
    if not enough:
        print(f"Less than {LEAST:.0%} in one file. `mutmut show NAME` shows a mutant: test it.")
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
