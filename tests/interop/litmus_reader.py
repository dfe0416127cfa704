"""Has the Python package of the family (`litmus-test`) read a data directory that this SDK wrote.

    python litmus_reader.py HOME EXPECTED.json      the data directory is HOME/data

Its daemons index in the background: the first check waits for their counts; in the end they are stopped.
"""

import json
import math
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path

from checks import equal, run_checks

WAIT_SECONDS = 60


class Reader:
    def __init__(self, home):
        os.environ["LITMUS_HOME"] = str(home)
        from litmus.data.channels.store import ChannelStore
        from litmus.data.event_store import EventStore
        from litmus.data.run_store import RunStore

        self.data = Path(home) / "data"
        self.runs = RunStore(_data_dir=self.data)
        self.events = EventStore(_data_dir=self.data)
        self.channels = ChannelStore(self.data, uuid.uuid4())

    def close(self):
        self.runs.close()
        self.events.close()
        litmus("daemon", "stop", "--all")
        for pid in daemons_of(self.data):
            os.kill(pid, signal.SIGKILL)


def litmus(*arguments):
    """The package's own command line."""
    program = Path(sys.executable).with_name("litmus")
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout


def daemons_of(data):
    """Processes that its pid files still name, and that are alive."""
    alive = []
    for file in data.glob("*/_*pid"):
        pid = int(file.read_text())
        try:
            os.kill(pid, 0)
            alive.append(pid)
        except ProcessLookupError:
            pass
    return alive


def awaited(ask, count):
    """Asks until the answer is long enough, as the index fills in the background."""
    deadline = time.monotonic() + WAIT_SECONDS
    while len(found := ask()) < count and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def check_runs(reader, expected):
    found = awaited(lambda: reader.runs.list_runs(limit=1000), len(expected["runs"]))
    facts = lambda run: (run["dut_serial"], run["session_id"], run["outcome"], run["measurements"])
    equal(
        {
            str(run.test_run_id): (
                run.dut_serial,
                str(run.session_id),
                str(run.outcome),
                run.total_measurements,
            )
            for run in found
        },
        {run["run_id"]: facts(run) for run in expected["runs"]},
        "runs",
    )
    passed = sum(str(run.outcome) == "passed" for run in found)
    equal(passed, expected["passedRuns"], "passed runs")
    return f"{len(found)} runs, {passed} passed"


def check_run(reader, expected):
    for run in expected["runs"]:
        found = reader.runs.get_run(run["run_id"])
        assert found is not None, run
        equal(found.operator, "alice", "operator")
        assert found.started_at <= found.ended_at, found
        assert Path(found.file_path).is_file(), found.file_path
    return f"{len(expected['runs'])} runs by id"


def check_steps(reader, expected):
    total = 0
    for run in expected["runs"]:
        found = reader.runs.get_steps(run["run_id"])
        paths = {step["step_path"] for step in found}
        assert {"power", "power/inner", "regulation", "wake up", "burn in", "never"} <= paths, paths
        outcomes = {step["step_path"]: step["outcome"] for step in found}
        equal(outcomes["burn in"], "skipped", "step left out")
        equal(outcomes["never"], None, "step never reached")
        total += len(found) - 1  # one row, without a path, is the run itself
    equal(total, expected["steps"], "steps and vectors")
    return f"{total} steps and vectors"


def check_measurements(reader, expected):
    count = 0
    values = Counter()
    sums = Counter()
    for run in expected["runs"]:
        rows = awaited(lambda: reader.runs.get_measurements(run["run_id"]), run["measurements"])
        equal(len(rows), run["measurements"], f"measurements of {run['dut_serial']}")
        for row in rows:
            value = row["value"] if "value" in row else row["measurement_value"]
            if value is not None:
                values[row["step_path"]] += 1
                sums[row["step_path"]] += value
        count += len(rows)
    for path, wanted in expected["valuesByStep"].items():
        equal(values[path], wanted["count"], f"values of {path}")
        assert math.isclose(sums[path], wanted["sum"]), (path, sums[path], wanted)
    return f"{count} measurements, sums of {len(sums)} steps"


def check_events(reader, expected):
    written = expected["events"] + len(expected["runs"])
    events = awaited(reader.events.events, written)
    found = Counter(event["event_type"] for event in events)
    del found["run.materialized"]  # written by the daemon beside what was emitted
    equal(dict(found), expected["eventsByType"], "events by type")
    sessions = {str(session["session_id"]) for session in reader.events.sessions()}
    equal(sessions, set(expected["sessions"]), "sessions")
    reads = reader.events.events(event_type="instrument.read", role="scope")
    equal(len(reads), len(expected["runs"]), "reads of one role")
    assert all(read["value"]["_ref"].startswith("channel://scope.ch1?") for read in reads), reads[0]
    return f"{sum(found.values())} events, {len(sessions)} sessions"


def check_channels(reader, expected):
    reader.channels.open()
    waveforms = reader.channels.query("scope.ch1")
    samples = sum(len(each) for each in waveforms["samples"].to_pylist())
    equal(samples, expected["channels"]["scope.ch1"], "samples")
    states = reader.channels.query("psu.state")
    equal(states.num_rows, expected["channels"]["psu.state"], "states")
    equal(set(states["mode"].to_pylist()), {"cv"}, "mode")
    session = expected["sessions"][1]
    one = reader.channels.query("scope.ch1", session_id=session)
    equal(set(one["session_id"].to_pylist()), {session}, "session")
    merged = reader.channels.query("log.merged")["value"].to_pylist()
    equal(sorted(merged), list(range(70)), "values of merged segments")
    long = reader.channels.query("scope.long")["samples"].to_pylist()
    equal(sum(len(each) for each in long), 100_000, "samples beside a pyramid")
    registry = json.loads((reader.data / "channels" / "_registry.json").read_text())
    equal(registry["scope.ch1"]["data_type"], "waveform", "type")
    return f"{samples} samples, {states.num_rows} states"


def check_command_line(reader, expected):
    run = next(run for run in expected["runs"] if run["outcome"] == "failed")
    listed = litmus("runs")
    assert run["dut_serial"] in listed, listed
    shown = litmus("show", run["run_id"])
    assert "power: failed" in shown and run["dut_serial"] in shown, shown
    return f"runs, show {run['dut_serial']}"


def check_stop(reader, _):
    reader.close()
    deadline = time.monotonic() + 10
    while alive := daemons_of(reader.data):
        assert time.monotonic() < deadline, alive
        time.sleep(0.1)
    return "no daemon is left"


CHECKS = (
    check_runs,
    check_run,
    check_steps,
    check_measurements,
    check_events,
    check_channels,
    check_command_line,
    check_stop,
)


def main(home, path):
    with open(path) as file:
        expected = json.load(file)
    reader = Reader(home)
    try:
        run_checks(CHECKS, reader, expected)
    finally:
        for pid in daemons_of(reader.data):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
