"""The other side of our Flight client and server, by pyarrow.

    python pyarrow_peer.py serve KIND [CERT KEY]    prints LISTENING PORT and serves until it is killed
    python pyarrow_peer.py echo LOCATION            asks a server to echo, prints OK or FAIL

KIND: open asks for nothing; basic_proto for a login by messages; basic_header for one by headers.
"""

import base64
import json
import sys
import threading
import time

import pyarrow as pa
import pyarrow.flight as flight

from checks import equal, run_checks

USER, PASSWORD, TOKEN = "arrow", "flight", "sesame"
ROWS = 200_000
TABLE = pa.table({"i": pa.array(range(ROWS)), "t": pa.array([f"row {i}" for i in range(ROWS)])})


class BasicProto(flight.ServerAuthHandler):
    """Login by a message; the token is not text, so that it fits into no other header."""

    def authenticate(self, outgoing, incoming):
        auth = flight.BasicAuth.deserialize(incoming.read())
        if (auth.username.decode(), auth.password.decode()) != (USER, PASSWORD):
            raise flight.FlightUnauthenticatedError("invalid login")
        outgoing.write(b"\x00\xff" + auth.username)

    def is_valid(self, token):
        if token[:2] != b"\x00\xff":
            raise flight.FlightUnauthenticatedError("invalid token")
        return token[2:]


class NoAuth(flight.ServerAuthHandler):
    def authenticate(self, outgoing, incoming):
        pass

    def is_valid(self, token):
        return ""


class Headers(flight.ServerMiddleware):
    def __init__(self, received, answer):
        self.received = received
        self.answer = answer

    def sending_headers(self):
        return self.answer


class OpenHeaders(flight.ServerMiddlewareFactory):
    """Notes what headers came, sets a cookie."""

    def start_call(self, info, headers):
        return Headers(headers, {"set-cookie": "lane=7; Path=/"})


class BasicHeader(flight.ServerMiddlewareFactory):
    """Login by header, answered by header."""

    def start_call(self, info, headers):
        [given] = headers.get("authorization", [""])
        if given.startswith("Basic "):
            login = base64.b64decode(given[6:]).decode()
            if login == f"{USER}:{PASSWORD}":
                return Headers(headers, {"authorization": f"Bearer {TOKEN}"})
        if given == f"Bearer {TOKEN}":
            return Headers(headers, {})
        raise flight.FlightUnauthenticatedError("no valid token")


class Peer(flight.FlightServerBase):
    def list_flights(self, context, criteria):
        yield self.get_flight_info(context, flight.FlightDescriptor.for_path("table"))

    def get_flight_info(self, context, descriptor):
        endpoint = flight.FlightEndpoint(b"table", [])
        return flight.FlightInfo(TABLE.schema, descriptor, [endpoint], ROWS, -1)

    def get_schema(self, context, descriptor):
        return flight.SchemaResult(TABLE.schema)

    def do_get(self, context, ticket):
        if ticket.ticket == b"slow":
            return flight.GeneratorStream(TABLE.schema, slowly())
        if ticket.ticket != b"table":
            raise KeyError("no such ticket")
        return flight.RecordBatchStream(TABLE)

    def do_put(self, context, descriptor, reader, writer):
        for chunk in reader:
            total = sum(chunk.data.column(0).to_pylist())
            writer.write(json.dumps([chunk.data.num_rows, total]).encode())

    def do_exchange(self, context, descriptor, reader, writer):
        equal(descriptor.command, b"echo", "descriptor")
        started = False
        for chunk in reader:
            if chunk.data is None:
                writer.write_metadata(chunk.app_metadata)
                continue
            if not started:
                writer.begin(chunk.data.schema)
                started = True
            writer.write_with_metadata(chunk.data, chunk.app_metadata)

    def list_actions(self, context):
        return [("headers", "Answers the headers that came")]

    def do_action(self, context, action):
        if action.type != "headers":
            raise NotImplementedError(action.type)
        middleware = context.get_middleware("headers")
        headers = {
            name: [each if isinstance(each, str) else base64.b64encode(each).decode() for each in values]
            for name, values in middleware.received.items()
        }
        yield json.dumps(headers).encode()


def slowly():
    for batch in TABLE.to_batches(max_chunksize=100):
        yield batch
        time.sleep(0.2)


def serve(kind, *tls):
    location = "grpc+tls://127.0.0.1:0" if tls else "grpc://127.0.0.1:0"
    certificates = None
    if tls:
        certificates = [tuple(open(path, "rb").read() for path in tls)]
    server = Peer(
        location,
        auth_handler=BasicProto() if kind == "basic_proto" else NoAuth(),
        tls_certificates=certificates,
        middleware={"headers": BasicHeader() if kind == "basic_header" else OpenHeaders()},
    )
    threading.Thread(target=announce, args=(server, bool(tls)), daemon=True).start()
    server.serve()


def announce(server, tls):
    """Tells the port once connections are served: some of those made right at the start are cut."""
    location = f"grpc{'+tls' if tls else ''}://127.0.0.1:{server.port}"
    with flight.connect(location, disable_server_verification=tls) as client:
        while True:
            try:
                list(client.list_actions())
            except flight.FlightUnavailableError:
                time.sleep(0.05)
                continue
            except flight.FlightUnauthenticatedError:
                pass
            break
    print("LISTENING", server.port, flush=True)


def check_echo(client, _):
    schema = pa.schema([("n", pa.int32())])
    writer, reader = client.do_exchange(flight.FlightDescriptor.for_command(b"echo"))
    with writer:
        writer.write_metadata(b"only metadata")
        chunk = reader.read_chunk()
        equal((chunk.data, chunk.app_metadata.to_pybytes()), (None, b"only metadata"), "metadata")
        writer.begin(schema)
        for i in range(10):
            batch = pa.record_batch([pa.array([i, None, i + 1], pa.int32())], schema)
            writer.write_with_metadata(batch, str(i).encode())
            chunk = reader.read_chunk()
            equal(chunk.data, batch, "batch")
            equal(chunk.app_metadata.to_pybytes(), str(i).encode(), "its metadata")
        writer.done_writing()
        try:
            reader.read_chunk()
        except StopIteration:
            return "ten batches"
        raise AssertionError("the stream does not end")


def main(part, *rest):
    if part == "serve":
        serve(*rest)
    else:
        run_checks((check_echo,), flight.connect(rest[0]), None)


if __name__ == "__main__":
    main(*sys.argv[1:])
