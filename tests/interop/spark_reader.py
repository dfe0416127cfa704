"""Reads the run files with Spark in local mode: same yield, same values by step.

    python spark_reader.py DATA_DIR EXPECTED.json
"""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from checks import equal, run_checks
from yield_and_means import compare


def read(spark, files):
    return spark.read.option("mergeSchema", "true").parquet(*map(str, files))


def check_yield_and_means(spark, files, expected):
    read(spark, files).createOrReplaceTempView("rows")
    runs, passed = spark.sql(
        """SELECT count(*), count_if(run_outcome = 'passed') FROM rows WHERE record_type = 'run'"""
    ).first()
    means = spark.sql(
        """SELECT step_path, count(measurement_value), avg(measurement_value) FROM rows
           WHERE record_type = 'measurement' AND measurement_value IS NOT NULL GROUP BY step_path"""
    ).collect()
    return compare((runs, passed, {path: (count, mean) for path, count, mean in means}), expected)


def check_types(spark, files, _):
    types = dict(read(spark, files).dtypes)
    wanted = {
        "run_id": "string",
        "run_started_at": "timestamp",
        "step_index": "bigint",
        "step_vector_count": "int",
        "measurement_value": "double",
        "step_instruments_name": "array<string>",
        "step_instruments_mocked": "array<boolean>",
    }
    equal({name: types[name] for name in wanted}, wanted, "types")
    return f"{len(types)} columns"


def check_bounds(spark, files, expected):
    """Spark skips pages by the bounds in the footer: each serial is found by a filter that is pushed down."""
    rows = read(spark, files)
    for run in expected["runs"]:
        found = rows.filter((rows.record_type == "run") & (rows.run_id == run["run_id"])).collect()
        equal([row.dut_serial for row in found], [run["dut_serial"]], run["run_id"])
    return f"{len(expected['runs'])} runs by id"


CHECKS = (check_yield_and_means, check_types, check_bounds)


def main(data, path):
    files = sorted(Path(data, "runs").rglob("*.parquet"))
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    try:
        with open(path) as file:
            run_checks(CHECKS, spark, files, json.load(file))
    finally:
        spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
