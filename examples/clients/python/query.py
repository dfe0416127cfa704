"""Runs one SQL statement on a Litmus daemon and prints the rows, tab-separated.

The token comes by the environment, so that no list of processes shows it.
"""

import os
import sys

import pyarrow.flight as flight


def query(location, token, sql):
    """Yields the rows as tuples, batch by batch as they arrive."""
    header = (b"authorization", f"Bearer {token}".encode())
    options = flight.FlightCallOptions(headers=[header])
    with flight.connect(location) as client:
        for chunk in client.do_get(flight.Ticket(sql), options):
            yield from zip(*(column.to_pylist() for column in chunk.data.columns))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: LITMUS_TOKEN=... python query.py grpc://HOST:PORT SQL")
    for row in query(sys.argv[1], os.environ.get("LITMUS_TOKEN", ""), sys.argv[2]):
        print(*row, sep="\t")
