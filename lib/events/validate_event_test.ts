import {
  deepStrictEqual as deepEqual,
  notStrictEqual as notEqual,
  ok,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import { InvalidDataError } from "../base/errors.ts";
import type { EventDefaults } from "./event_base.ts";
import { eventSpecs } from "./event_fields.ts";
import { needsClaimCheck, normalizeEvent } from "./validate_event.ts";

const SESSION = "0a1b2c3d-1111-4222-8333-444455556666";
const RUN = "f5873a17-44a5-4fca-a677-0f70b61faf00";
const ID = "dbea1136-d8ce-40bd-ba0f-3701bc4d9413";
const NOW = 1_795_244_637_992_188;
const defaults: EventDefaults = { sessionId: SESSION, nowMicros: () => NOW, newId: () => ID };

const measurement = {
  event_type: "test.measurement",
  step_name: "power",
  step_index: 0,
  measurement_name: "rail",
};

interface Sample {
  readonly origin: "fixture" | "full" | "minimal";
  readonly input?: Record<string, unknown>;
  readonly json: string;
}

async function samples(): Promise<Sample[]> {
  const file = new URL("../../tests/testdata/litmus-0.1.3/event_samples.jsonl", import.meta.url);
  return (await Deno.readTextFile(file)).trim().split("\n").map((line) => JSON.parse(line));
}

function parsed(input: Record<string, unknown>, with_: EventDefaults = defaults): unknown {
  return JSON.parse(normalizeEvent(input, with_).json);
}

function refused(input: Record<string, unknown>, message: RegExp, path: string): void {
  throws(() => normalizeEvent(input, defaults), (error) => {
    ok(error instanceof InvalidDataError);
    equal(error.path, path);
    notEqual(message.exec(error.message), null, error.message);
    return true;
  });
}

Deno.test("normalizeEvent() writes what the Python package wrote, for all 31 types", async () => {
  const types = new Set<string>();
  for (const { json, input } of await samples()) {
    const wanted = JSON.parse(json);
    types.add(wanted.event_type);
    const event = normalizeEvent(input ?? wanted, { ...defaults, client: "prog" });
    const got = JSON.parse(event.json);
    deepEqual(got, wanted);
    deepEqual(Object.keys(got), Object.keys(wanted), "key order");
    equal(event.id, wanted.id);
    equal(event.runId, wanted.run_id);
    equal(event.sessionId, wanted.session_id);
  }
  deepEqual([...types].sort(), Object.keys(eventSpecs).sort());
});

Deno.test("normalizeEvent() fills in id, times, session and defaults without blanks", () => {
  const event = normalizeEvent(measurement, defaults);
  deepEqual(event, {
    id: ID,
    eventType: "test.measurement",
    occurredAtMicros: NOW,
    receivedAtMicros: NOW,
    sessionId: SESSION,
    runId: null,
    json: event.json,
  });
  ok(event.json.startsWith(
    `{"id":"${ID}","occurred_at":"2026-11-21T07:03:57.992188Z",` +
      `"received_at":"2026-11-21T07:03:57.992188Z","session_id":"${SESSION}","run_id":null,` +
      `"event_type":"test.measurement","step_name":"power","step_index":0,"step_path":"",`,
  ));
});

Deno.test("normalizeEvent() takes client and materialized_at from the defaults", () => {
  const started = { event_type: "session.started" };
  deepEqual((parsed(started) as { client: string }).client, "unknown");
  deepEqual(
    (parsed(started, { ...defaults, client: "bench.ts" }) as { client: string }).client,
    "bench.ts",
  );
  const written = {
    event_type: "run.materialized",
    run_id: RUN,
    materializer: "m",
    destination: "d",
  };
  equal(
    (parsed(written) as { materialized_at: string }).materialized_at,
    "2026-11-21T07:03:57.992188Z",
  );
});

Deno.test("normalizeEvent() lowers UUIDs and brings times to UTC microseconds", () => {
  const event = normalizeEvent({
    ...measurement,
    id: ID.toUpperCase(),
    run_id: RUN.toUpperCase(),
    session_id: SESSION.toUpperCase(),
    occurred_at: "2026-11-21T09:03:57.9921889+02:00",
    received_at: new Date(1_795_244_638_001),
    measurement_timestamp: new Date(0),
  }, defaults);
  equal(event.id, ID);
  equal(event.runId, RUN);
  equal(event.sessionId, SESSION);
  equal(event.occurredAtMicros, NOW);
  equal(event.receivedAtMicros, 1_795_244_638_001_000);
  const json = JSON.parse(event.json);
  equal(json.occurred_at, "2026-11-21T07:03:57.992188Z");
  equal(json.received_at, "2026-11-21T07:03:58.001000Z");
  equal(json.measurement_timestamp, "1970-01-01T00:00:00.000000Z");
});

Deno.test("normalizeEvent() names type, field and nearest field for an unknown one", () => {
  refused(
    { ...measurement, limit_hihg: 3 },
    /^Event test\.measurement has no field "limit_hihg": the nearest one is "limit_high"$/,
    "limit_hihg",
  );
  refused({ ...measurement, dut_serial: "1" }, /dut_serial belongs to run\.started/, "dut_serial");
  refused({ ...measurement, toString: 1 }, /the nearest one is "[a-z_]+"$/, "toString");
  refused({ event_type: "test.measurement", step_nam: "x" }, /"step_name"/, "step_nam");
  equal(normalizeEvent({ ...measurement, limit_hihg: undefined }, defaults).id, ID);
});

Deno.test("normalizeEvent() says what is wanted for every kind of field", () => {
  const bad: [Record<string, unknown>, RegExp, string][] = [
    [{ step_name: undefined }, /step_name: wanted a string, got nothing$/, "step_name"],
    [{ step_name: 5 }, /wanted a string, got number 5$/, "step_name"],
    [{ step_path: null }, /wanted a string, got null; leave it out for its default$/, "step_path"],
    [{ step_index: "3" }, /wanted an integer of at most 2\^53 - 1, got string "3"$/, "step_index"],
    [{ step_index: 1.5 }, /got number 1\.5$/, "step_index"],
    [{ retry: 2n ** 60n }, /got bigint 1152921504606846976; store it as a string/, "retry"],
    [{ value: "3.3" }, /wanted a number or null, got string "3\.3"$/, "value"],
    [{ units: ["V"] }, /wanted a string or null, got an array$/, "units"],
    [{ inputs: [1] }, /wanted an object, got an array$/, "inputs"],
    [
      { measurement_timestamp: 5 },
      /wanted a Date or RFC 3339 text.* or null, got number 5$/,
      "measurement_timestamp",
    ],
    [{ measurement_timestamp: "noon" }, /Time "noon": wanted RFC 3339/, "measurement_timestamp"],
    [{ occurred_at: new Date(NaN) }, /occurred_at: wanted a valid Date/, "occurred_at"],
    [{ id: "42" }, /field id: wanted a UUID such as .*, got string "42"$/, "id"],
    [{ run_id: `${RUN}0` }, /field run_id: wanted a UUID/, "run_id"],
    [{ session_id: "" }, /field session_id: wanted a UUID/, "session_id"],
  ];
  for (const [fields, message, path] of bad) refused({ ...measurement, ...fields }, message, path);
  refused(
    { event_type: "test.record", step_name: "s", step_index: 0, key: "k" },
    /field value: wanted any JSON value, got nothing$/,
    "value",
  );
  refused(
    { event_type: "dialog.opened", dialog_id: 1, dialog_type: "c", title: "", message: "" },
    /dialog_id: wanted a UUID/,
    "dialog_id",
  );
  refused(
    { event_type: "route.closed", connection_name: "c", switch_role: "s", channels: "1" },
    /array of strings, got string "1"$/,
    "channels",
  );
  refused(
    { event_type: "test.steps_discovered", items: [{ a: 1.5 }] },
    /items: wanted an array of objects/,
    "items",
  );
  refused(
    {
      event_type: "run.materialized",
      run_id: RUN,
      materializer: "",
      destination: "",
      row_counts: { a: "1" },
    },
    /row_counts: wanted an object of integers or null/,
    "row_counts",
  );
});

Deno.test("normalizeEvent() wants a run for run events and none for session events", () => {
  refused(
    { event_type: "run.started" },
    /^Event run\.started, field run_id: wanted a UUID .*, got nothing$/,
    "run_id",
  );
  refused(
    { event_type: "session.started", run_id: RUN },
    /field run_id: wanted none, because a session belongs to no run/,
    "run_id",
  );
  refused({ event_type: "session.vendor", run_id: RUN }, /wanted none/, "run_id");
  equal(normalizeEvent({ event_type: "session.started", run_id: null }, defaults).runId, null);
});

Deno.test("normalizeEvent() wants a session and an event_type", () => {
  throws(() => normalizeEvent(measurement, { ...defaults, sessionId: undefined }), {
    name: "InvalidDataError",
    message: /field session_id: wanted a UUID, got nothing; name it in the event or when opening/,
  });
  refused({}, /event_type: wanted a name such as "test\.measurement", got nothing$/, "event_type");
  refused({ event_type: "" }, /got string ""$/, "event_type");
  throws(() => normalizeEvent(null as never, defaults), {
    name: "TypeError",
    message: /got null$/,
  });
});

Deno.test("normalizeEvent() keeps NaN, infinities and safe bigints as JSON that Python reads", () => {
  const event = parsed({
    ...measurement,
    step_index: 3n,
    value: NaN,
    limit_low: -Infinity,
    limit_high: Infinity,
    limit_nominal: 5n,
    inputs: { load: NaN },
  }) as Record<string, unknown>;
  equal(event.step_index, 3);
  equal(event.value, "NaN");
  equal(event.limit_low, "-Infinity");
  equal(event.limit_high, "Infinity");
  equal(event.limit_nominal, 5);
  deepEqual(event.inputs, { load: "NaN" });
  deepEqual(parsed(event), event);
});

Deno.test("normalizeEvent() converts what maps may hold and does not touch the input", () => {
  const inputs = {
    at: new Date(0),
    wave: Float32Array.of(0.5, NaN),
    counts: BigInt64Array.of(4n),
    nested: { list: [1, { two: 2n }], url: new URL("http://h/") },
    ["__proto__x"]: 1,
  };
  const event = parsed({ ...measurement, inputs }) as { inputs: unknown };
  deepEqual(event.inputs, {
    at: "1970-01-01T00:00:00.000000Z",
    wave: [0.5, "NaN"],
    counts: [4],
    nested: { list: [1, { two: 2 }], url: "http://h/" },
    ["__proto__x"]: 1,
  });
  ok(inputs.wave instanceof Float32Array);
});

Deno.test("normalizeEvent() keeps a key named __proto__ as data", () => {
  const inputs = JSON.parse('{"__proto__":{"a":[1]},"b":2}');
  ok(
    normalizeEvent({ ...measurement, inputs }, defaults).json.includes(
      '"inputs":{"__proto__":{"a":[1]},"b":2}',
    ),
  );
});

Deno.test("normalizeEvent() refuses what JSON would drop or loop on, with its path", () => {
  const circular: Record<string, unknown> = { a: {} };
  (circular.a as Record<string, unknown>).back = circular;
  let deep: unknown = 1;
  for (let i = 0; i < 200; i++) deep = [deep];
  const bad: [unknown, RegExp, string][] = [
    [{ a: { b: undefined } }, /inputs\.a\.b: cannot store nothing as JSON/, "inputs.a.b"],
    [{ f: () => 1 }, /inputs\.f: cannot store a function as JSON/, "inputs.f"],
    [{ s: Symbol("x") }, /symbol Symbol\(x\)/, "inputs.s"],
    [{ l: [1, , 2] }, /inputs\.l\[1\]: cannot store nothing/, "inputs.l[1]"],
    [{ n: 2n ** 63n }, /inputs\.n: wanted an integer/, "inputs.n"],
    [circular, /inputs\.a\.back: cannot store a circular reference/, "inputs.a.back"],
    [{ m: new Map([[1, 2]]) }, /an object \(Map\)/, "inputs.m"],
    [new Map(), /inputs: cannot store an object \(Map\) as JSON; store a plain object/, "inputs"],
    [{ b: new ArrayBuffer(4) }, /ArrayBuffer.*use saveRef\(\)/, "inputs.b"],
    [{ e: new Error("x") }, /an object \(Error\)/, "inputs.e"],
  ];
  for (const [inputs, message, path] of bad) refused({ ...measurement, inputs }, message, path);
  throws(
    () => normalizeEvent({ ...measurement, inputs: { deep } }, defaults),
    /deeper than 100 levels/,
  );
});

Deno.test("normalizeEvent() replaces half surrogate pairs, which strict parsers refuse", () => {
  const text = 'a\ud800b\udc00 \\ud800 😀 "\n';
  const event = parsed({ ...measurement, step_name: text, custom: { "k\ud83d": text } });
  const { step_name, custom } = event as { step_name: string; custom: unknown };
  equal(step_name, 'a\ufffdb\ufffd \\ud800 😀 "\n');
  deepEqual(custom, { "k\ufffd": step_name });
});

Deno.test("normalizeEvent() keeps an event of an unknown type whole", () => {
  const input = {
    extra: [1, { deep: NaN }],
    event_type: "vendor.special",
    run_id: RUN.toUpperCase(),
    nothing: undefined,
    none: null,
  };
  const event = normalizeEvent(input, defaults);
  equal(event.runId, RUN);
  equal(
    event.json,
    `{"id":"${ID}","occurred_at":"2026-11-21T07:03:57.992188Z",` +
      `"received_at":"2026-11-21T07:03:57.992188Z","session_id":"${SESSION}","run_id":"${RUN}",` +
      `"event_type":"vendor.special","extra":[1,{"deep":"NaN"}],"none":null}`,
  );
  refused({ ...input, session_id: "x" }, /^Event vendor\.special, field session_id/, "session_id");
  equal(normalizeEvent({ event_type: "constructor" }, defaults).eventType, "constructor");
});

Deno.test("normalizeEvent() writes each event whole, whatever the one before it held", () => {
  const inputs = [{}, { vin: 4.5, load: "0.5A" }, { vin: 4.5 }, { load: "0.5A", vin: 4.5 }, {
    a: [1],
  }];
  const texts = ["", "a", "äö", '"quoted"', "x".repeat(200), "\u0000", "-".repeat(100_000)];
  const times = [new Date(5), "2026-11-21T07:03:57.991695Z", null, undefined];
  for (let i = 0; i < 400; i++) {
    const fields = {
      value: [0, -0, 1.5, 1e21, NaN, null][i % 6],
      step_index: i % 11,
      step_name: texts[i % 7],
      units: texts[(i * 3) % 7] ?? null,
      inputs: inputs[i % 5],
      outputs: i % 2 === 0 ? inputs[(i * 3) % 5] : undefined,
      measurement_timestamp: times[i % 4],
      run_id: i % 3 === 0 ? RUN : null,
    };
    const event = parsed({ ...measurement, ...fields }) as Record<string, unknown>;
    deepEqual(event.inputs, fields.inputs, `event ${i}`);
    deepEqual(event.outputs, fields.outputs ?? {}, `event ${i}`);
    equal(event.step_name, fields.step_name);
    equal(event.units, fields.units);
    equal(event.step_index, fields.step_index);
    equal(event.value, Number.isNaN(fields.value) ? "NaN" : fields.value === 0 ? 0 : fields.value);
    equal(event.run_id, fields.run_id);
    equal(event.step_path, "");
    throws(() => normalizeEvent({ ...measurement, value: "3", inputs: { refused: i } }, defaults));
  }
});

Deno.test("normalizeEvent() sees that an object was changed since the event before", () => {
  const inputs: Record<string, unknown> = { a: 1 };
  deepEqual((parsed({ ...measurement, inputs }) as { inputs: unknown }).inputs, { a: 1 });
  inputs.b = [2];
  deepEqual((parsed({ ...measurement, inputs }) as { inputs: unknown }).inputs, { a: 1, b: [2] });
  (inputs.b as number[]).push(3);
  deepEqual((parsed({ ...measurement, inputs }) as { inputs: unknown }).inputs, {
    a: 1,
    b: [2, 3],
  });
});

Deno.test("normalizeEvent() keeps two events apart of which one is made while the other is read", () => {
  let inner: unknown;
  const inputs = {
    toJSON() {
      inner = parsed({ ...measurement, step_name: "inner", units: "A", value: 1 });
      return { read: true };
    },
  };
  const outer = parsed({ ...measurement, step_name: "outer", units: "V", inputs, value: 2 });
  const kept = ({ step_name, units, value, inputs }: Record<string, unknown>): unknown[] => [
    step_name,
    units,
    value,
    inputs,
  ];
  deepEqual(kept(outer as Record<string, unknown>), ["outer", "V", 2, { read: true }]);
  deepEqual(kept(inner as Record<string, unknown>), ["inner", "A", 1, {}]);
});

Deno.test("needsClaimCheck() is true for arrays and structures of instrument.read and set only", () => {
  const needs = (value: unknown, event_type = "instrument.read"): boolean =>
    needsClaimCheck({ event_type, value });
  for (
    const value of [
      [1, 2],
      [],
      new Float64Array(2),
      new DataView(new ArrayBuffer(1)),
      new ArrayBuffer(1),
      { v: 1 },
      {},
    ]
  ) {
    equal(needs(value), true);
    equal(needs(value, "instrument.set"), true);
    equal(needs(value, "test.record"), false);
  }
  const uri = "channel://scope.ch1?session=1";
  for (
    const value of [undefined, null, 3, "text", true, uri, new Date(), { _ref: uri, type: "array" }]
  ) {
    equal(needs(value), false);
  }
  equal(needs({ _ref: "elsewhere" }), true);
});
