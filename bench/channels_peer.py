"""What others take for the work of channels.ts, in the same run: tsdownsample and litmus-test, where they are.

    python channels_peer.py SAMPLES POINTS ROUNDS      prints one JSON object
"""

import json
import statistics
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


def main(samples, points, rounds):
    found = {}
    for work in (lambda: downsampling(samples, points, rounds), lambda: original(20_000)):
        try:
            found |= work()
        except ImportError as error:
            print(f"... left out: {error}", file=sys.stderr)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
