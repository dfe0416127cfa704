"""The question that all readers of run files are asked."""

import math

from checks import equal


def compare(facts, expected):
    """`facts` is (runs, passed runs, {step path: (count, mean)})."""
    runs, passed, steps = facts
    equal((runs, passed), (len(expected["runs"]), expected["passedRuns"]), "runs and passed runs")
    wanted = expected["valuesByStep"]
    equal(set(steps), set(wanted), "steps with values")
    for path, (count, mean) in steps.items():
        equal(count, wanted[path]["count"], f"values of {path}")
        assert math.isclose(mean, wanted[path]["sum"] / wanted[path]["count"]), (path, mean)
    return f"{passed} of {runs} passed, means of {len(steps)} steps"
