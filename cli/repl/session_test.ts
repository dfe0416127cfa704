import { deepStrictEqual as deepEqual, match, strictEqual as equal } from "node:assert/strict";
import { DOT_COMMANDS } from "./dot_commands.ts";
import type { Effect } from "./effects.ts";
import { feedEnd, feedLine, initialState, isComplete } from "./session.ts";
import type { SessionState } from "./session_state.ts";

function feed(...lines: readonly string[]): { state: SessionState; effects: Effect[] } {
  let state = initialState({ isTerminal: true });
  const effects: Effect[] = [];
  for (const line of lines) {
    const step = feedLine(state, line);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

Deno.test("feedLine() waits for the semicolon that ends a statement", () => {
  const { state, effects } = feed("SELECT ';' AS a, -- ; not here", "  2 /* ; */", ";");
  deepEqual(effects, [{
    kind: "sql",
    sql: "SELECT ';' AS a, -- ; not here\n  2 /* ; */",
  }]);
  equal(state.pending, "");
});

Deno.test("feedLine() finds several statements in a line and keeps what is begun", () => {
  const { state, effects } = feed("SELECT 1; SELECT 2; SELECT");
  deepEqual(effects.map((effect) => effect.kind === "sql" && effect.sql), ["SELECT 1", "SELECT 2"]);
  equal(state.pending, "SELECT");
});

Deno.test("feedLine() takes a dot within a statement as SQL", () => {
  const { effects } = feed("SELECT 1", ".5;");
  deepEqual(effects, [{ kind: "sql", sql: "SELECT 1\n.5" }]);
});

Deno.test("feedLine() forgets comments and blanks between statements", () => {
  equal(feed("-- a note", "", "/* more */").state.pending, "");
  equal(feed("/* open").state.pending, "/* open");
});

Deno.test("feedEnd() runs a statement without semicolon", () => {
  const { state } = feed("SELECT 1");
  deepEqual(feedEnd(state).effects, [{ kind: "sql", sql: "SELECT 1" }]);
});

Deno.test("feedLine() understands help, exit and what psql users type", () => {
  deepEqual(feed("exit").effects, [{ kind: "exit" }]);
  deepEqual(feed("\\q").effects, [{ kind: "exit" }]);
  deepEqual(feed("quit;").effects, [{ kind: "exit" }]);
  equal(feed("help").effects[0]?.kind, "print");
  match(JSON.stringify(feed("\\d").effects), /duckdb_columns/);
  match(JSON.stringify(feed("\\d runs").effects), /DESCRIBE runs/);
  deepEqual(feed(".tab").effects, feed(".tables").effects);
});

Deno.test("feedLine() suggests the command that was probably meant", () => {
  const [effect] = feed(".tabels").effects;
  deepEqual(effect, {
    kind: "fail",
    message: "Unknown command .tabels: .help lists all. Did you mean .tables?",
  });
});

Deno.test(".help explains each command", () => {
  for (const { name } of DOT_COMMANDS) {
    const [effect] = feed(`.help ${name}`).effects;
    equal(effect?.kind, "print", name);
    match(effect?.kind === "print" ? effect.text : "", new RegExp(`^\\.${name}`));
  }
});

Deno.test("Settings are set by their commands and refuse nonsense", () => {
  const { state } = feed(".mode csv", ".limit 7", ".width 99", ".nullvalue '-'", ".timer on");
  deepEqual(state.settings, { mode: "csv", limit: 7, width: 99, nullText: "-", timer: true });
  for (const line of [".mode xml", ".limit -1", ".width a", ".timer maybe"]) {
    equal(feed(line).effects[0]?.kind, "fail", line);
  }
  equal(feed(".nullvalue x", ".nullvalue").state.settings.nullText, undefined);
});

Deno.test("Commands turn their arguments into effects", () => {
  deepEqual(feed(".lttb scope.ch1 aaaa 500").effects, [{
    kind: "plot",
    plot: { channels: ["scope.ch1"], method: "lttb", session: "aaaa", points: 500 },
  }]);
  deepEqual(feed(".plot a b session=x points=9").effects, [{
    kind: "plot",
    plot: { channels: ["a", "b"], method: "display", session: "x", points: 9 },
  }]);
  deepEqual(feed(".plot SELECT 1, 2;").effects, [{ kind: "plotSql", sql: "SELECT 1, 2" }]);
  deepEqual(feed(".watch 0.5 SELECT 1;").effects, [{
    kind: "watch",
    seconds: 0.5,
    sql: "SELECT 1",
  }]);
  deepEqual(feed(".tail run.ended session=s all").effects, [{
    kind: "tail",
    tail: { eventTypes: ["run.ended"], replay: true, sessionId: "s" },
  }]);
  deepEqual(feed(".once 'a b.csv'").effects, [{ kind: "output", path: "a b.csv", once: true }]);
  deepEqual(feed(".show").effects, [{ kind: "show", run: "latest" }]);
  deepEqual(feed(".daemon restart").effects, [{ kind: "daemon", action: "restart" }]);
  for (
    const line of [".lttb", ".plot", ".watch", ".read", ".once", ".open", ".tail x", ".daemon x"]
  ) {
    equal(feed(line).effects[0]?.kind, "fail", line);
  }
});

Deno.test("isComplete() tells what Enter runs from what goes on", () => {
  for (const text of ["", "SELECT 1;", ".tables", "help", ".mode csv\nSELECT 1;", "-- note"]) {
    equal(isComplete(text), true, text);
  }
  for (const text of ["SELECT 1", "SELECT ';", "SELECT 1; SELECT", ".mode csv\nSELECT"]) {
    equal(isComplete(text), false, text);
  }
});
