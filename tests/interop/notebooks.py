"""Runs the example notebooks in the real Deno kernel and checks what they show.

    notebooks.py FOLDER OUTPUT_FOLDER
"""

import pathlib
import queue
import re
import sys

import nbformat
from checks import equal, run_checks
from nbclient import NotebookClient

# What a notebook shows.
EXPECTED = {
    "first_look": {
        "tables": 5,
        "charts": 1,
        "texts": [
            "SN003",
            r"✓ \(load=1\)|✗ \(load=1\)",
            r"\d+ so far",
            "NULL",
            "300,000 rows",
        ],
    },
    "yield_and_measurements": {
        "tables": 3,
        "charts": 3,
        "texts": ["first_pass_yield", "cumulative_share", "cpk", r"rail_3v3 +V +40"],
    },
    "waveforms": {
        "tables": 2,
        "charts": 6,
        "texts": ["2000000", r"2,000,000 samples: line plot", "psu.current, 20 samples"],
    },
}


class PatientClient(NotebookClient):
    """The kernel may send a result after it has said that it is idle; nbclient would not see it."""

    late_seconds = 0.4
    cell_request = None

    def process_message(self, msg, cell, cell_index):
        self.cell_request = msg["parent_header"].get("msg_id")
        return super().process_message(msg, cell, cell_index)

    async def async_execute_cell(self, cell, cell_index, **options):
        done = await super().async_execute_cell(cell, cell_index, **options)
        while cell.cell_type == "code":
            try:
                message = await self.kc.iopub_channel.get_msg(timeout=self.late_seconds)
            except queue.Empty:
                break
            if message["parent_header"].get("msg_id") == self.cell_request:
                self.process_message(message, cell, cell_index)
        return done


def run(source, target):
    notebook = nbformat.read(source, 4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count):
            raise AssertionError(f"{source.name} is kept with outputs")
    resources = {"metadata": {"path": str(source.parent)}}
    PatientClient(notebook, timeout=90, kernel_name="deno", resources=resources).execute()
    nbformat.write(notebook, target)
    return [
        output.get("data", {})
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]


def verify(source, target):
    bundles = run(source, target)
    expected = EXPECTED[source.stem]
    pages = [bundle.get("text/html", "") for bundle in bundles]
    tables = sum("<table>" in page for page in pages)
    charts = sum("<svg" in page or "zoomChart" in page for page in pages)
    if tables < expected["tables"] or charts < expected["charts"]:
        raise AssertionError(f"{tables} tables and {charts} charts, wanted {expected}")
    texts = "\n".join(bundle.get("text/plain", "") for bundle in bundles)
    for pattern in expected["texts"]:
        if not re.search(pattern, texts):
            raise AssertionError(f"nothing shows {pattern}:\n{texts[:4000]}")
    for bundle in bundles:
        if "text/html" in bundle and not bundle.get("text/plain"):
            raise AssertionError("an output without its plain-text twin")
        if "<script" in bundle.get("image/svg+xml", ""):
            raise AssertionError("a script in an SVG")
    return f"{tables} tables, {charts} charts"


def check_three_notebooks(folder, _target):
    equal(sorted(EXPECTED), sorted(path.stem for path in folder.glob("*.ipynb")), "notebooks")
    return ", ".join(sorted(EXPECTED))


def check_first_look(folder, target):
    return verify(folder / "first_look.ipynb", target / "first_look.ipynb")


def check_yield_and_measurements(folder, target):
    name = "yield_and_measurements.ipynb"
    return verify(folder / name, target / name)


def check_waveforms(folder, target):
    return verify(folder / "waveforms.ipynb", target / "waveforms.ipynb")


run_checks(
    [check_three_notebooks, check_first_look, check_yield_and_measurements, check_waveforms],
    pathlib.Path(sys.argv[1]),
    pathlib.Path(sys.argv[2]),
)
