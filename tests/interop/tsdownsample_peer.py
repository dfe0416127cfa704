"""Has tsdownsample choose from the same series by LTTB, and compares the choices.

    python tsdownsample_peer.py FOLDER     cases.json, and {i}.x, {i}.y as float64
"""

import json
import sys
from pathlib import Path

import numpy
import tsdownsample

from checks import run_checks


def chosen(case):
    # From its first x: as large as they are, it takes microseconds since the epoch for close to one another.
    x = case["x"] - case["x"][0]
    return tsdownsample.LTTBDownsampler().downsample(x, case["y"], n_out=case["points"]).tolist()


def check_lttb(cases):
    for case in cases:
        theirs, ours = chosen(case), case["kept"]
        assert len(theirs) == len(ours), case["name"]
        same = sum(a == b for a, b in zip(theirs, ours))
        # Where two triangles differ by less than a rounding, either choice is right.
        assert same >= 0.99 * len(ours), f"{case['name']}: {same} of {len(ours)} alike"
    return f"{len(cases)} series"


def main(folder):
    cases = json.loads((folder / "cases.json").read_text())
    for i, case in enumerate(cases):
        case["x"] = numpy.fromfile(folder / f"{i}.x")
        case["y"] = numpy.fromfile(folder / f"{i}.y")
    run_checks((check_lttb,), cases)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
