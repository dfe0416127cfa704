import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { filesOf, inDataDir, SESSION, START_MICROS } from "./_channel_fixture_test.ts";
import { readRegistry } from "./channel_registry.ts";
import { DirectoryMerges } from "./directory_merges.ts";
import { readChannel } from "./read_channel.ts";
import { listSegments, SegmentIndex } from "./segment_index.ts";
import { SegmentMerger } from "./segment_merger.ts";

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const STORE = import.meta.resolve("./file_channel_store.ts");

/** Starts a process that has a store and a line-wise report. */
function startWriter(
  dataDir: string,
  body: string,
  mergeSegments = 1000,
): Deno.ChildProcess {
  const code = `
    import { FileChannelStore } from ${JSON.stringify(STORE)};
    const say = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\\n"));
    const store = new FileChannelStore({
      dataDir: ${JSON.stringify(dataDir)},
      sessionId: "${SESSION}",
      sealMillis: 3600000,
      mergeSegments: ${mergeSegments},
    });
    ${body}`;
  const data = encodeURIComponent(code);
  return new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: ["run", "--no-prompt", "--config", CONFIG, "--frozen", "--allow-read", "--allow-write",
      "--allow-env", `data:application/javascript,${data}`],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

Deno.test("FileChannelStore shares a channel and session between processes", () =>
  inDataDir(async (dataDir) => {
    const writers = [0, 1, 2].map((writer) =>
      startWriter(
        dataDir,
        `for (let i = 0; i < 10; i++) {
           store.write("x", ${writer} * 1000 + i);
           store.write("own.${writer}", i);
           await store.flush();
         }
         await store.close();`,
      )
    );
    for (const writer of writers) equal((await writer.output()).code, 0);
    equal(filesOf(dataDir).filter((name) => name.startsWith("x_")).length, 30);
    const { values, sampleIndex } = readChannel(dataDir, "x");
    ok(values.kind === "number");
    const wanted = [0, 1000, 2000].flatMap((base) =>
      Array.from({ length: 10 }, (_, i) => base + i)
    );
    deepEqual([...values.data].sort((a, b) => a - b), wanted);
    deepEqual([...sampleIndex], wanted.map((_, i) => i));
    deepEqual([...readRegistry(dataDir).entries.keys()].sort(), ["own.0", "own.1", "own.2", "x"]);
  }));

Deno.test("FileChannelStore loses only what was not flushed when its process is killed", () =>
  inDataDir(async (dataDir) => {
    const child = startWriter(
      dataDir,
      `for (let block = 0;; block++) {
         store.write("x", new Float64Array(20000).fill(block), { sampleInterval: 1e-6 });
         await store.flush();
         say(String(block));
         store.write("x", new Float64Array(10).fill(-1), { sampleInterval: 1e-6 });
         store.write("x", new Float64Array(10).fill(-1), { sampleInterval: 1e-6 });
       }`,
    );
    let flushed = -1, text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const lines = text.split("\n");
      flushed = Math.max(flushed, Number(lines.at(-2) ?? -1));
      if (flushed >= 5) break;
    }
    child.kill("SIGKILL");
    await child.status;
    deepEqual(listSegments(dataDir).damage, []);
    const { values } = readChannel(dataDir, "x");
    ok(values.kind === "number");
    for (let block = 0; block <= flushed; block++) {
      equal(values.data.filter((value) => value === block).length, 20_000, `block ${block}`);
    }
  }));

Deno.test("FileChannelStore doubles and misses nothing when it is killed while it merges", () =>
  inDataDir(async (dataDir) => {
    const index = new SegmentIndex(dataDir);
    /** The values so far: each once, none left out. */
    const read = (): number => {
      const { values } = readChannel(dataDir, "x", { index });
      ok(values.kind === "number");
      deepEqual([...values.data], Array.from(values.data, (_, i) => i));
      return values.data.length;
    };
    let next = 0;
    for (let round = 0; round < 4; round++) {
      const child = startWriter(
        dataDir,
        // Times that no clock has a part in: their order is what is read.
        `for (let i = ${next};; i++) {
           store.write("x", i, { start: ${START_MICROS} + i });
           await store.flush();
           say(String(i));
         }`,
        2 + round % 3,
      );
      let text = "";
      const reports = child.stdout.pipeThrough(new TextDecoderStream());
      const wanted = next + 40 + 17 * round;
      let flushed = next - 1;
      for await (const chunk of reports) {
        text += chunk;
        flushed = Number(text.split("\n").at(-2) ?? flushed);
        ok(read() > flushed);
        if (flushed >= wanted) break;
      }
      child.kill("SIGKILL");
      await child.status;
      next = read();
      ok(next > flushed);
    }
    await new DirectoryMerges(dataDir, new SegmentMerger({ dataDir }), 0).round();
    equal(read(), next);
    deepEqual(listSegments(dataDir).damage, []);
    ok(index.refresh().segments.length < next / 3);
  }));
