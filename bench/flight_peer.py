"""Figures of Flight seen by one pyarrow client, ours and the others' in turn; prints one JSON object.

    python flight_peer.py SETUP.json

SETUP: {"sql", "rows", "rounds", "daemon": {location, token}, "plain": {location}, "parquet"}. Where
litmus-test is installed beside pyarrow, its daemon answers the same statements.
"""

import json
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.flight as flight

STORED = "SELECT run_id, step_name, measurement_name, measurement_value, limit_low, limit_high, measurement_units, measurement_outcome, measurement_timestamp FROM "


class PlainServer(flight.FlightServerBase):
    """Record batches without any SQL: what the transport alone can do."""

    def __init__(self, table):
        super().__init__("grpc://127.0.0.1:0")
        self.table = table

    def do_get(self, context, ticket):
        return flight.RecordBatchStream(self.table)

    def do_put(self, context, descriptor, reader, writer):
        for _ in reader:
            pass


class Peer:
    """A server as the client sees it."""

    def __init__(self, location, token=None, prefix=b""):
        headers = [] if token is None else [(b"authorization", b"Bearer " + token.encode())]
        self.options = flight.FlightCallOptions(headers=headers)
        self.client = flight.connect(location)
        self.prefix = prefix

    def get(self, sql):
        ticket = flight.Ticket(self.prefix + sql.encode())
        return self.client.do_get(ticket, self.options).read_all()

    def put(self, batches):
        descriptor = flight.FlightDescriptor.for_path("plain")
        writer, reader = self.client.do_put(descriptor, batches[0].schema, self.options)
        for batch in batches:
            writer.write_batch(batch)
        writer.done_writing()
        while reader.read() is not None:
            pass
        writer.close()


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(rounds, works):
    """Median seconds of each work; the first round of each warms up."""
    taken = {name: [] for name in works}
    for _ in range(rounds + 1):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return {name: statistics.median(each[1:]) for name, each in taken.items()}


def original(home):
    """The daemon of litmus-test, or None where it is not installed."""
    os.environ["LITMUS_HOME"] = str(home)
    try:
        from litmus.data import duckdb_manager
    except ImportError:
        return None, lambda: None
    events = Path(home) / "data" / "events"
    events.mkdir(parents=True)
    peer = Peer(duckdb_manager.acquire(events), prefix=b"events\0")
    return peer, lambda: duckdb_manager.release(events)


def main(setup):
    sql, rows, rounds = setup["sql"], setup["rows"], setup["rounds"]
    ours = Peer(setup["daemon"]["location"], setup["daemon"]["token"])
    plain = Peer(setup["plain"]["location"])
    figures = {}
    with tempfile.TemporaryDirectory(prefix="litmus-bench-") as home:
        theirs, leave = original(home)
        try:
            works = {"ours": lambda: ours.get(sql)}
            stored = {"ours": lambda: ours.get(STORED + "measurements")}
            if theirs is not None:
                theirs.get(f"CREATE TABLE bench_rows AS FROM read_parquet('{setup['parquet']}')")
                works["theirs"] = lambda: theirs.get(sql)
                stored["theirs"] = lambda: theirs.get(STORED + "bench_rows")
            assert ours.get(STORED + "measurements").num_rows == rows
            figures["sql"] = {k: rows / v for k, v in in_turn(rounds, works).items()}
            figures["stored"] = {k: rows / v for k, v in in_turn(rounds, stored).items()}
        finally:
            leave()
    table = plain.get("plain").combine_chunks()
    batches = table.to_batches(max_chunksize=setup["plain"]["batch_rows"])
    with PlainServer(pa.Table.from_batches(batches)) as server:
        threading.Thread(target=server.serve, daemon=True).start()
        reference = Peer(f"grpc://127.0.0.1:{server.port}")
        gets = {"ours": lambda: plain.get("plain"), "theirs": lambda: reference.get("plain")}
        puts = {"ours": lambda: plain.put(batches), "theirs": lambda: reference.put(batches)}
        figures["get"] = {k: table.nbytes / v for k, v in in_turn(rounds, gets).items()}
        figures["put"] = {k: table.nbytes / v for k, v in in_turn(rounds, puts).items()}
    print(json.dumps(figures))


main(json.loads(Path(sys.argv[1]).read_text()))
