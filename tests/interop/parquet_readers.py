"""Reads the run files with DuckDB, Polars and pandas: same yield, same values by step.

    python parquet_readers.py DATA_DIR EXPECTED.json
"""

import json
import sys
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow.parquet

from checks import equal, run_checks
from yield_and_means import compare


def check_duckdb(files, expected):
    rows = duckdb.read_parquet([str(file) for file in files], union_by_name=True)
    runs, passed = rows.query(
        "rows",
        "SELECT count(*), count(*) FILTER (run_outcome = 'passed') FROM rows WHERE record_type = 'run'",
    ).fetchone()
    means = rows.query(
        "rows",
        """SELECT step_path, count(measurement_value), avg(measurement_value) FROM rows
           WHERE record_type = 'measurement' AND measurement_value IS NOT NULL GROUP BY step_path""",
    ).fetchall()
    return compare((runs, passed, {path: (count, mean) for path, count, mean in means}), expected)


def check_polars(files, expected):
    rows = polars.concat([polars.read_parquet(file) for file in files], how="diagonal")
    runs = rows.filter(polars.col("record_type") == "run")
    value = polars.col("measurement_value")
    means = (
        rows.filter((polars.col("record_type") == "measurement") & value.is_not_null())
        .group_by("step_path")
        .agg(value.count().alias("count"), value.mean().alias("mean"))
    )
    steps = {row["step_path"]: (row["count"], row["mean"]) for row in means.to_dicts()}
    passed = runs.filter(polars.col("run_outcome") == "passed").height
    return compare((runs.height, passed, steps), expected)


def check_pandas(files, expected):
    rows = pandas.concat([pandas.read_parquet(file) for file in files])
    runs = rows[rows["record_type"] == "run"]
    values = rows[(rows["record_type"] == "measurement") & rows["measurement_value"].notna()]
    means = values.groupby("step_path")["measurement_value"].agg(["count", "mean"])
    steps = {path: (int(row["count"]), row["mean"]) for path, row in means.iterrows()}
    passed = int((runs["run_outcome"] == "passed").sum())
    return compare((len(runs), passed, steps), expected)


def check_metadata(files, expected):
    types = {"run": 0, "step": 0, "measurement": 0}
    for path in files:
        table = pyarrow.parquet.read_table(path, page_checksum_verification=True)
        metadata = table.schema.metadata
        equal(metadata[b"schema_version"], b"1.0", "schema_version")
        json.loads(metadata[b"environment_json"])
        assert isinstance(json.loads(metadata[b"step_results"]), list)
        column = pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(0)
        equal(column.compression, "SNAPPY", "compression")
        for record_type in table["record_type"].to_pylist():
            types[record_type] += 1
    wanted = {
        "run": len(expected["runs"]),
        "step": expected["steps"],
        "measurement": expected["measurements"],
    }
    equal(types, wanted, "rows by type")
    return f"{len(files)} files, {types}"


CHECKS = (check_duckdb, check_polars, check_pandas, check_metadata)


def main(data, path):
    files = sorted(Path(data, "runs").rglob("*.parquet"))
    with open(path) as file:
        run_checks(CHECKS, files, json.load(file))


if __name__ == "__main__":
    main(*sys.argv[1:])
