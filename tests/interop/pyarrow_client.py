"""Talks to a running daemon with pyarrow.flight as a program of any other maker would.

    python pyarrow_client.py all LOCATION TOKEN EXPECTED.json
    python pyarrow_client.py put LOCATION TOKEN IDS.json     puts events and notes their ids
    python pyarrow_client.py find LOCATION TOKEN IDS.json    looks for them, later
"""

import json
import sys
import threading
import uuid
from datetime import datetime, timezone

import pyarrow as pa
import pyarrow.flight as flight

from checks import equal, run_checks

VIEWS = {"channels", "events", "measurements", "runs", "sessions", "steps"}
INSTANT = pa.timestamp("us", "UTC")
EVENTS = pa.schema(
    [
        ("id", pa.string()),
        ("event_type", pa.string()),
        ("occurred_at", INSTANT),
        ("received_at", INSTANT),
        ("session_id", pa.string()),
        ("run_id", pa.string()),
        ("json", pa.string()),
    ]
)
BY_PATH = flight.FlightDescriptor.for_path("events")
BY_COMMAND = flight.FlightDescriptor.for_command(b"events\0events")


class Daemon:
    def __init__(self, location, token):
        self.location = location
        self.client = flight.connect(location)
        self.token = token
        self.options = bearer(token)

    def get(self, ticket):
        return self.client.do_get(flight.Ticket(ticket), self.options).read_all()

    def value(self, sql):
        return self.get(sql).column(0)[0].as_py()

    def action(self, name, body=b"{}"):
        [result] = self.client.do_action(flight.Action(name, body), self.options)
        return json.loads(result.body.to_pybytes())

    def put(self, descriptor, batches, schema=EVENTS, options=None):
        """Puts batch by batch and gives the acknowledgement of each."""
        writer, reader = self.client.do_put(descriptor, schema, options or self.options)
        answers = []
        with writer:
            for batch in batches:
                writer.write_batch(batch)
                answers.append(reader.read().to_pybytes())
        return answers


def bearer(token, compression=None):
    return flight.FlightCallOptions(
        timeout=20,
        headers=[(b"authorization", f"Bearer {token}".encode())],
        write_options=pa.ipc.IpcWriteOptions(compression=compression),
    )


def releases(count, name="from-pyarrow", session=None):
    """A batch of `sync.release` events."""
    session = session or str(uuid.uuid4())
    now = datetime.now(timezone.utc)
    rows = []
    for _ in range(count):
        row = {"id": str(uuid.uuid4()), "event_type": "sync.release", "session_id": session}
        stamp = now.isoformat().replace("+00:00", "Z")
        text = json.dumps({**row, "run_id": None, "occurred_at": stamp, "name": name})
        rows.append({**row, "occurred_at": now, "received_at": now, "json": text})
    return pa.RecordBatch.from_pylist(rows, schema=EVENTS)


def refusal(call, kind):
    try:
        call()
    except kind as error:
        return str(error)
    raise AssertionError(f"was not refused with {kind.__name__}")


def check_tokens(daemon, _):
    ticket = flight.Ticket(b"SELECT 1")
    for options in (None, bearer("wrong"), bearer("")):
        message = refusal(
            lambda: daemon.client.do_get(ticket, options).read_all(),
            flight.FlightUnauthenticatedError,
        )
        refusal(lambda: list(daemon.client.list_flights(options=options)), flight.FlightUnauthenticatedError)
        refusal(lambda: list(daemon.client.list_actions(options)), flight.FlightUnauthenticatedError)
    return message.split(". ")[0][:80]


def check_sql(daemon, expected):
    table = daemon.get("SELECT run_id, run_outcome FROM runs")
    outcomes = {run["run_id"]: run["outcome"] for run in expected["runs"]}
    equal(dict(zip(*table.to_pydict().values())), outcomes, "outcomes")
    equal(daemon.value("SELECT count(*) FROM measurements"), expected["measurements"], "measurements")
    equal(daemon.value("SELECT count(*) FROM steps"), expected["steps"], "step rows")
    message = refusal(lambda: daemon.get("SELECT nothing FROM runs"), pa.ArrowInvalid)
    assert "nothing" in message, message
    return f"{table.num_rows} runs"


def check_family_tickets(daemon, expected):
    events = daemon.value("events\0SELECT count(*) FROM events WHERE event_type <> 'run.materialized'")
    equal(events, expected["events"], "events")
    equal(daemon.value("runs\0SELECT count(*) FROM runs"), len(expected["runs"]), "runs")
    refusal(lambda: daemon.get("nowhere\0SELECT 1"), pa.ArrowInvalid)
    return f"{events} events"


def check_channel_tickets(daemon, expected):
    whole = daemon.get("scope.ch1")
    equal(whole.num_rows, expected["channels"]["scope.ch1"], "samples")
    assert {"session_id", "sample_index", "timestamp", "offset_seconds", "value"} <= set(
        whole.column_names
    ), whole.schema
    session = expected["sessions"][0]
    some = daemon.get(f"scope.ch1?session_id={session}&max_points=100")
    assert 2 <= some.num_rows <= 100, some.num_rows
    equal(set(some["session_id"].to_pylist()), {session}, "sessions")
    last = daemon.get("scope.ch1?last_n=7")
    equal(last.num_rows, 7, "last samples")
    return f"{whole.num_rows} samples, {some.num_rows} points"


def check_list_flights(daemon, _):
    infos = list(daemon.client.list_flights(options=daemon.options))
    names = {info.descriptor.path[-1].decode() for info in infos}
    assert VIEWS | {"scope.ch1"} <= names, names
    assert all(len(info.schema.names) > 0 for info in infos)
    return ", ".join(sorted(names))


def check_flight_info(daemon, expected):
    by_path = daemon.client.get_flight_info(flight.FlightDescriptor.for_path("runs"), daemon.options)
    [endpoint] = by_path.endpoints
    rows = daemon.client.do_get(endpoint.ticket, daemon.options).read_all()
    equal(rows.num_rows, len(expected["runs"]), "rows of the ticket")
    equal(rows.schema.names, by_path.schema.names, "columns")
    command = flight.FlightDescriptor.for_command(b"SELECT count(*) AS n FROM runs")
    by_command = daemon.client.get_flight_info(command, daemon.options)
    equal(by_command.schema.names, ["n"], "columns of the command")
    unknown = flight.FlightDescriptor.for_path("nowhere")
    refusal(lambda: daemon.client.get_flight_info(unknown, daemon.options), pa.ArrowKeyError)
    return f"{len(rows.schema.names)} columns"


def check_schema(daemon, _):
    path = flight.FlightDescriptor.for_path("measurements")
    schema = daemon.client.get_schema(path, daemon.options).schema
    equal(schema.field("measurement_value").type, pa.float64(), "type")
    equal(schema.field("measurement_timestamp").type, INSTANT, "type")
    command = flight.FlightDescriptor.for_command(b"SELECT 1::INTEGER AS a, 'x' AS b")
    types = daemon.client.get_schema(command, daemon.options).schema.types
    equal(types, [pa.int32(), pa.string()], "types")
    channel = daemon.client.get_schema(
        flight.FlightDescriptor.for_path("channels", "scope.ch1"), daemon.options
    ).schema
    assert "value" in channel.names, channel
    return f"{len(schema.names)} columns of measurements"


def check_put_by_path(daemon, _):
    batches = [releases(3), releases(4)]
    answers = [json.loads(answer) for answer in daemon.put(BY_PATH, batches)]
    equal([answer["rows"] for answer in answers], [3, 4], "acknowledged rows")
    assert all(answer["level"] in ("flushed", "synced") for answer in answers), answers
    assert answers[0]["sequence"] < answers[1]["sequence"], answers
    for batch in batches:
        check_there(daemon, batch["id"].to_pylist())
    return answers


def check_put_by_command(daemon, _):
    batches = [releases(2), releases(5)]
    equal(daemon.put(BY_COMMAND, batches), [b"\x01", b"\x01"], "acknowledgements")
    for batch in batches:
        check_there(daemon, batch["id"].to_pylist())
    return "one byte each"


def check_put_compressed(daemon, _):
    for codec in ("lz4", "zstd"):
        batch = releases(500, "packed " * 20)
        daemon.put(BY_PATH, [batch], options=bearer(daemon.token, codec))
        check_there(daemon, batch["id"].to_pylist())
    return "LZ4 and Zstandard"


def check_there(daemon, ids):
    wanted = ", ".join(f"'{each}'" for each in ids)
    equal(daemon.value(f"SELECT count(*) FROM events WHERE id IN ({wanted})"), len(ids), "events there")


def check_garbage(daemon, expected):
    before = daemon.value("SELECT count(*) FROM events")
    numbers = pa.RecordBatch.from_pylist([{"number": 1}, {"number": 2}])
    refusal(lambda: daemon.put(BY_PATH, [numbers], numbers.schema), pa.ArrowInvalid)
    for descriptor in (
        flight.FlightDescriptor.for_path("nowhere"),
        flight.FlightDescriptor.for_path("events", "more"),
        flight.FlightDescriptor.for_command(b"events\0runs"),
        flight.FlightDescriptor.for_command(b"\xff\xfe\x00"),
    ):
        refusal(lambda: daemon.put(descriptor, [releases(1)]), pa.ArrowInvalid)
    for broken in (b"", b"\x00", b"\xff" * 50, b"SELECT \xff"):
        refusal(lambda: daemon.get(broken), pa.ArrowInvalid)
    equal(daemon.value("SELECT count(*) FROM events"), before, "events after garbage")
    equal(daemon.value("SELECT count(*) FROM runs"), len(expected["runs"]), "runs after garbage")
    return "refused, and the daemon answers"


def check_actions(daemon, _):
    listed = {action.type for action in daemon.client.list_actions(daemon.options)}
    assert {"health", "identify", "flush", "cancel", "shutdown"} <= listed, listed
    assert "status" in daemon.action("health")
    identity = daemon.action("identify")
    assert identity["nonce"] and identity["pid"] and identity["version"], identity
    refusal(lambda: daemon.action("no such action"), pa.ArrowException)
    return f"version {identity['version']}"


def check_subscription(daemon, _):
    descriptor = flight.FlightDescriptor.for_path("subscribe", "events")
    writer, reader = daemon.client.do_exchange(descriptor, daemon.options)
    wanted, other = releases(2, "live"), releases(1, "of another session")
    seen = []
    try:
        request = {"filter": {"sessionId": wanted["session_id"][0].as_py()}}
        writer.write_metadata(json.dumps(request).encode())
        while True:
            chunk = reader.read_chunk()
            note = json.loads(chunk.app_metadata.to_pybytes()) if chunk.app_metadata else {}
            if note.get("live"):
                putter = Daemon(daemon.location, daemon.token)
                putting = threading.Thread(target=putter.put, args=(BY_PATH, [other, wanted]))
                putting.start()
            if chunk.data is not None:
                seen += chunk.data["id"].to_pylist()
            if len(seen) >= wanted.num_rows:
                break
        putting.join()
        equal(seen, wanted["id"].to_pylist(), "events pushed")
        return f"{len(seen)} events pushed, cursor {note['cursor'].rpartition(':')[2]}"
    finally:
        reader.cancel()


CHECKS = (
    check_tokens,
    check_sql,
    check_family_tickets,
    check_channel_tickets,
    check_list_flights,
    check_flight_info,
    check_schema,
    check_put_by_path,
    check_put_by_command,
    check_put_compressed,
    check_garbage,
    check_actions,
    check_subscription,
)


def check_put(daemon, path):
    """What is acknowledged here has to outlive the daemon."""
    batches = [releases(10), releases(20)]
    daemon.put(BY_PATH, batches[:1])
    daemon.put(BY_COMMAND, batches[1:])
    with open(path, "w") as file:
        json.dump([each for batch in batches for each in batch["id"].to_pylist()], file)
    return "30 events acknowledged"


def check_find(daemon, path):
    with open(path) as file:
        ids = json.load(file)
    check_there(daemon, ids)
    return f"{len(ids)} events outlived the daemon"


def main(part, location, token, path):
    daemon = Daemon(location, token)
    if part == "all":
        with open(path) as file:
            run_checks(CHECKS, daemon, json.load(file))
    run_checks((check_put,) if part == "put" else (check_find,), daemon, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
