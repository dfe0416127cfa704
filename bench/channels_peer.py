"""What others take for the work of channels.ts, in the same run: tsdownsample and litmus-test, where they are.

    python channels_peer.py SAMPLES POINTS ROUNDS      prints one JSON object

numpy asks the kernel for huge pages, which spare it page walks over a large array and which a JavaScript
engine cannot ask for. So tsdownsample is measured with them and without.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path


def timed(work, rounds):
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def downsampling(samples, points, rounds):
    import numpy
    import tsdownsample

    index = numpy.arange(samples)
    x = index.astype(float)
    y = numpy.sin(index / 5000) + (index % 97) / 500
    found = {}
    for name in ("LTTB", "MinMaxLTTB"):
        kernel = getattr(tsdownsample, name + "Downsampler")()
        found[name] = timed(lambda: kernel.downsample(x, y, n_out=points), rounds) * 1e3
    return found


def original(rows):
    import numpy
    from litmus.data.channels.store import ChannelStore

    with tempfile.TemporaryDirectory() as folder:
        store = ChannelStore(Path(folder), uuid.uuid4())
        store.open()
        scalar = timed(lambda: [store.write("scalar", float(i)) for i in range(rows)], 1)
        block = numpy.zeros(100_000).tolist()
        write = lambda: [store.write("wave", block, sample_interval=1e-6) for _ in range(10)]
        waveform = timed(write, 1)
        store.close()
    return {"scalars": rows / scalar, "waveform": 1_000_000 / waveform}


def on_small_pages(samples, points, rounds):
    code = f"import channels_peer as c; print(c.json.dumps(c.downsampling({samples}, {points}, {rounds})))"
    environment = os.environ | {"NUMPY_MADVISE_HUGEPAGE": "0", "PYTHONPATH": str(Path(__file__).parent)}
    found = json.loads(subprocess.check_output([sys.executable, "-c", code], env=environment))
    return {f"{name} on small pages": millis for name, millis in found.items()}


def main(samples, points, rounds):
    found = {}
    works = (
        lambda: downsampling(samples, points, rounds),
        lambda: on_small_pages(samples, points, rounds),
        lambda: original(20_000),
    )
    for work in works:
        try:
            found |= work()
        except (ImportError, subprocess.CalledProcessError) as error:
            print(f"... left out: {error}", file=sys.stderr)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
