"""Runs checks one by one: `OK name: note` or `FAIL name: why` on a line each; exit code 1 after a FAIL."""

import sys
import traceback


def run_checks(checks, *arguments):
    failed = False
    for check in checks:
        name = check.__name__.removeprefix("check_")
        try:
            note = check(*arguments)
            print(f"OK {name}: {note}", flush=True)
        except Exception as error:
            failed = True
            traceback.print_exc()
            summary = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            print(f"FAIL {name}: {summary}", flush=True)
    sys.exit(1 if failed else 0)


def equal(found, wanted, what):
    if isinstance(wanted, dict) and isinstance(found, dict):
        same = wanted.items() & found.items()
        wanted, found = (dict(each.items() - same) for each in (wanted, found))
    assert found == wanted, f"{what}: wanted {wanted}, found {found}"
