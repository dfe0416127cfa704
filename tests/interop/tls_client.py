"""Talks to a daemon under TLS with pyarrow: python tls_client.py LOCATION TOKEN CERTIFICATE"""

import sys

import pyarrow.flight as flight

from checks import equal, run_checks


def options(token):
    return flight.FlightCallOptions(
        timeout=20, headers=[(b"authorization", f"Bearer {token}".encode())]
    )


def check_trusted(location, token, certificate):
    client = flight.connect(location, tls_root_certs=certificate)
    ticket = flight.Ticket(b"SELECT range AS i, 'row ' || range AS t FROM range(200000)")
    table = client.do_get(ticket, options(token)).read_all()
    equal(table.num_rows, 200_000, "rows")
    equal(table["t"][199_999].as_py(), "row 199999", "last row")
    return f"{table.num_rows} rows"


def check_by_name(location, token, certificate):
    by_name = location.replace("127.0.0.1", "localhost")
    client = flight.connect(by_name, tls_root_certs=certificate)
    equal(len(list(client.list_actions(options(token)))) > 5, True, "actions")
    return by_name.split("//")[0]


def check_token(location, token, certificate):
    client = flight.connect(location, tls_root_certs=certificate)
    try:
        list(client.list_actions(options(token + "x")))
    except flight.FlightUnauthenticatedError as error:
        return str(error)[:60]
    raise AssertionError("a wrong token was taken")


def check_untrusted(location, token, _):
    for other in (flight.connect(location), flight.connect(location.replace("+tls", ""))):
        try:
            list(other.list_actions(options(token)))
        except flight.FlightUnavailableError:
            continue
        raise AssertionError("a connection without trust was made")
    return "no certificate, no TLS"


def main(location, token, path):
    with open(path, "rb") as file:
        certificate = file.read()
    checks = (check_trusted, check_by_name, check_token, check_untrusted)
    run_checks(checks, location, token, certificate)


if __name__ == "__main__":
    main(*sys.argv[1:])
