/**
 * DoAction: small questions and commands, JSON in and out.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import type { Action, ActionType } from "../flight/messages.ts";
import { ACTION_DESCRIPTIONS, ACTIONS } from "../protocol/names.ts";

/** Answers an action; the value becomes the JSON of its one result, a generator gives several. */
export type ActionHandler = (
  argument: Readonly<Record<string, unknown>>,
) => unknown | Promise<unknown> | AsyncGenerator<unknown>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Runs actions. */
export class ActionService {
  readonly #handlers: ReadonlyMap<string, ActionHandler>;

  constructor(handlers: Readonly<Partial<Record<string, ActionHandler>>>) {
    this.#handlers = new Map(
      Object.entries(handlers).flatMap(([name, handler]) =>
        handler === undefined ? [] : [[name, handler] as const]
      ),
    );
  }

  /** True for an action that this service runs. */
  has(type: string): boolean {
    return this.#handlers.has(type);
  }

  /** Runs an action. */
  async *run(action: Action): AsyncGenerator<Uint8Array> {
    const handler = this.#handlers.get(action.type);
    if (handler === undefined) {
      throw new InvalidDataError(
        `Unknown action "${action.type}": wanted one of ${[...this.#handlers.keys()].join(", ")}`,
      );
    }
    const answer = handler(argumentOf(action));
    const answers = isGenerator(answer) ? answer : [await answer];
    for await (const each of answers) yield encoder.encode(JSON.stringify(each ?? {}));
  }

  /** The actions with what they do. */
  async *list(): AsyncGenerator<ActionType> {
    for (const type of Object.values(ACTIONS)) {
      if (this.#handlers.has(type)) {
        yield { type, description: ACTION_DESCRIPTIONS[type] ?? "" };
      }
    }
  }
}

function isGenerator(answer: unknown): answer is AsyncGenerator<unknown> {
  return typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer;
}

function argumentOf(action: Action): Record<string, unknown> {
  if (action.body.byteLength === 0) return {};
  const text = decoder.decode(action.body);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidDataError(`Body of action "${action.type}" must be a JSON object`);
  }
  return value as Record<string, unknown>;
}
