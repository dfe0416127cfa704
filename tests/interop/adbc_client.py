"""Reads a running daemon with the ADBC driver for Flight SQL and with nothing but location and token.

    pip install adbc-driver-flightsql adbc-driver-manager pyarrow
    python adbc_client.py grpc://127.0.0.1:PORT TOKEN

Prints a line that starts with OK for each subject; ends with a traceback and exit code 1 otherwise.
"""

import datetime
import decimal
import sys
import threading
import time
import warnings

import adbc_driver_flightsql
import adbc_driver_flightsql.dbapi as flightsql
import adbc_driver_manager
import pyarrow

VIEWS = {"channels", "events", "measurements", "runs", "sessions", "steps"}
UTC = datetime.timezone.utc


def connect(location, token):
    header = adbc_driver_flightsql.DatabaseOptions.AUTHORIZATION_HEADER.value
    # The server has no transactions, of which DB-API clients are told by a warning.
    warnings.simplefilter("ignore")
    return flightsql.connect(location, db_kwargs={header: f"Bearer {token}"})


def table(connection, sql, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetch_arrow_table()


def value(connection, sql, parameters=None):
    return table(connection, sql, parameters).column(0)[0].as_py()


def refusal(call):
    try:
        call()
    except adbc_driver_manager.Error as error:
        return str(error)
    raise AssertionError("was not refused")


def check_info(connection):
    info = connection.adbc_get_info()
    assert info["vendor_name"] == "Litmus", info
    return f"{info['vendor_name']} {info['vendor_version']}"


def check_objects(connection):
    catalogs = connection.adbc_get_objects(depth="all").read_all().to_pylist()
    assert [each["catalog_name"] for each in catalogs] == ["memory"], catalogs
    schemas = catalogs[0]["catalog_db_schemas"]
    assert [each["db_schema_name"] for each in schemas] == ["main"], schemas
    tables = {each["table_name"]: each for each in schemas[0]["db_schema_tables"]}
    assert VIEWS <= set(tables), tables.keys()
    columns = {each["column_name"]: each for each in tables["runs"]["table_columns"]}
    assert columns["run_id"]["xdbc_type_name"] == "VARCHAR", columns["run_id"]
    filtered = connection.adbc_get_objects(
        depth="tables", db_schema_filter="ma%", table_name_filter="run_", table_types_filter=["VIEW"]
    ).read_all().to_pylist()
    names = [t["table_name"] for t in filtered[0]["catalog_db_schemas"][0]["db_schema_tables"]]
    assert names == ["runs"], names
    assert connection.adbc_get_table_types() == ["VIEW"]
    return f"{len(tables)} tables, {len(columns)} columns of runs"


def check_table_schema(connection):
    schema = connection.adbc_get_table_schema(
        "runs", catalog_filter="memory", db_schema_filter="main"
    )
    assert schema.field("run_started_at").type == pyarrow.timestamp("us", "UTC"), schema
    whole = table(connection, 'SELECT * FROM "memory"."main"."runs"')
    assert whole.schema.remove_metadata().names == schema.names
    for mine, listed in zip(whole.schema, schema):
        assert mine.type == listed.type, (mine, listed)
    return f"{len(schema.names)} columns, {whole.num_rows} rows"


def check_types(connection):
    row = table(
        connection,
        """SELECT 1::TINYINT a, 300::SMALLINT b, 70000 c, 5000000000 d, 1.5::FLOAT e, 2.5 f,
             true g, 'ü' h, 'ab'::BLOB i, DATE '2026-01-02' j, TIME '03:04:05' k,
             TIMESTAMP '2026-01-02 03:04:05.000006' l, TIMESTAMPTZ '2026-01-02 03:04:05Z' m,
             TIMESTAMP_NS '2026-01-02 03:04:05.000000007' n, INTERVAL 1 MONTH o,
             [1, 2] p, {'q': 1, 'r': 'x'} q, MAP {'k': 1} r, 'red'::ENUM('red', 'blue') s,
             uuid() t, 170141183460469231731687303715884105727::HUGEINT u, NULL v,
             12.345::DECIMAL(10,3) w, [1,2]::INTEGER[2] x""",
    )
    got = {name: row.column(name)[0] for name in row.column_names}
    assert got["d"].as_py() == 5000000000
    assert got["h"].as_py() == "ü"
    assert got["l"].as_py() == datetime.datetime(2026, 1, 2, 3, 4, 5, 6)
    assert got["m"].as_py() == datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert got["n"].value == 1767323045000000007
    assert got["p"].as_py() == [1, 2] and got["q"].as_py() == {"q": 1, "r": "x"}
    assert got["r"].as_py() == [("k", 1)] and got["s"].as_py() == "red"
    assert got["v"].as_py() is None
    assert got["w"].as_py() == decimal.Decimal("12.345")
    return f"{len(got)} types"


def check_parameters(connection):
    assert value(connection, "SELECT ? + 1", (41,)) == 42
    assert value(connection, "SELECT upper(?)", ("abc",)) == "ABC"
    assert value(connection, "SELECT ?", (2.5,)) == 2.5
    assert value(connection, "SELECT ?", (True,)) is True
    assert value(connection, "SELECT ? IS NULL", (None,)) is True
    assert value(connection, "SELECT octet_length(?)", (b"\x00\x01\xff",)) == 3
    assert value(connection, "SELECT $2 || $1", ("a", "b")) == "ba"
    when = datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert value(connection, "SELECT ?::TIMESTAMPTZ", (when,)) == when
    assert value(connection, "SELECT ?::DATE", (datetime.date(2026, 1, 2),)) == when.date()
    assert value(connection, "SELECT ?::DECIMAL(9,2)", (decimal.Decimal("1.25"),)) == decimal.Decimal("1.25")
    early = datetime.datetime(1990, 1, 1)
    everything = value(connection, "SELECT count(*) FROM runs")
    assert value(connection, "SELECT count(*) FROM runs WHERE run_started_at >= ?", (early,)) == everything
    return "ints, doubles, text, bool, NULL, binary, timestamps, dates, decimals"


def check_named_parameters(connection):
    named = pyarrow.record_batch({"last": [9], "FIRST": [4]})
    assert value(connection, "SELECT $first - $last", named) == -5
    return "$name"


def check_many_parameters(connection):
    rows = pyarrow.record_batch({"0": [1, 2, 3]})
    assert table(connection, "SELECT ?::BIGINT * 10 AS x", rows).column("x").to_pylist() == [10, 20, 30]
    return "three rows, three results in one"


def check_prepared(connection):
    with connection.cursor() as cursor:
        assert [f.name for f in cursor.adbc_prepare("SELECT run_id FROM runs WHERE run_id = ?")] == ["1"]
        sql = "SELECT count(*) AS n FROM runs WHERE run_id = ?"
        for run in ("none", "neither"):
            cursor.execute(sql, (run,))
            assert cursor.fetchall() == [(0,)]
    return "schema of parameters, executed again"


def check_volume(connection):
    start = time.monotonic()
    rows = table(connection, "SELECT i, i * 0.5 AS half, 'row ' || i AS text FROM range(1000000) t(i)")
    seconds = time.monotonic() - start
    assert rows.num_rows == 1_000_000
    assert rows.column("i")[999_999].as_py() == 999_999
    return f"1,000,000 rows x 3 columns in {seconds:.2f} s"


def check_dashboard(connection):
    """The statements of Grafana's data source: health check, time range, aggregation."""
    assert value(connection, "select 1") == 1
    sql = """SELECT occurred_at AS time, count(*) AS n FROM events
      WHERE occurred_at >= '2020-01-01T00:00:00Z' AND occurred_at <= '2099-01-01T00:00:00Z'
      GROUP BY 1 ORDER BY 1"""
    ranged = table(connection, sql)
    bucketed = table(
        connection,
        """SELECT time_bucket(INTERVAL '15 second', occurred_at) AS time, event_type, count(*) AS n
           FROM events WHERE occurred_at >= '2020-01-01T00:00:00Z' GROUP BY ALL ORDER BY 1""",
    )
    assert ranged.schema.field("time").type == pyarrow.timestamp("us", "UTC")
    return f"{ranged.num_rows} points, {bucketed.num_rows} buckets"


def check_refusals(connection):
    wants = refusal(lambda: table(connection, "SELECT ?"))
    assert "parameter" in wants.lower(), wants
    assert "read-only" in refusal(lambda: table(connection, "CREATE TABLE t (x INT)"))
    assert "read-only" in refusal(lambda: connection.cursor().executemany("SELECT ?", [(1,)]))
    assert "one per call" in refusal(lambda: table(connection, "SELECT 1; SELECT 2"))
    assert "nowhere" in refusal(lambda: table(connection, "SELECT * FROM nowhere"))
    data = pyarrow.table({"x": [1]})
    assert "read-only" in refusal(lambda: connection.cursor().adbc_ingest("t", data))
    return "DDL, updates, ingestion, two statements, unknown tables, missing values"


def check_cancel(connection):
    cursor = connection.cursor()
    timer = threading.Timer(0.5, cursor.adbc_cancel)
    timer.start()
    start = time.monotonic()
    refusal(lambda: (
        cursor.execute("SELECT count(*) FROM range(100000000000) a WHERE a.range % 7 = 8"),
        cursor.fetchall(),
    ))
    seconds = time.monotonic() - start
    assert seconds < 30, seconds
    return f"after {seconds:.1f} s"


def check_token(location):
    def call():
        with connect(location, "wrong") as connection:
            value(connection, "select 1")

    assert "oken" in refusal(call)
    return "a wrong one is refused"


CHECKS = (
    check_info,
    check_objects,
    check_table_schema,
    check_types,
    check_parameters,
    check_named_parameters,
    check_many_parameters,
    check_prepared,
    check_volume,
    check_dashboard,
    check_refusals,
    check_cancel,
)


def main(location, token):
    print(f"adbc-driver-flightsql {adbc_driver_flightsql.__version__}, pyarrow {pyarrow.__version__}")
    with connect(location, token) as connection:
        for check in CHECKS:
            print(f"OK {check.__name__.removeprefix('check_')}: {check(connection)}", flush=True)
    print(f"OK token: {check_token(location)}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
