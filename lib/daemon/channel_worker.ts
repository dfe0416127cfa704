/**
 * The thread that answers channel queries which take long.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import { StorageError } from "../base/errors.ts";
import type { ChannelAnswer } from "../channels/channel_query.ts";
import { SegmentIndex } from "../channels/segment_index.ts";
import { openTicket } from "./channel_answer.ts";
import type { ChannelQuestion, ThreadReply, ThreadRequest } from "./channel_thread_messages.ts";

/** The side of a worker's global scope that is used here. */
interface Port {
  onmessage: ((event: MessageEvent<ThreadRequest>) => void) | null;
  postMessage(reply: ThreadReply): void;
}

function serve(port: Port): void {
  let answer: Iterator<ArrowBatch> | undefined, dataDir = "";
  let index: SegmentIndex | undefined;
  const open = (question: ChannelQuestion): ChannelAnswer => {
    if (dataDir !== question.dataDir) index = undefined;
    dataDir = question.dataDir;
    return openTicket(
      dataDir,
      question.channelId,
      question.query,
      index ??= new SegmentIndex(dataDir),
    );
  };
  port.onmessage = ({ data }) => {
    try {
      if (data.kind === "open") {
        const { question } = data;
        answer = answered(() => open(question));
        return;
      }
      if (answer === undefined) throw new TypeError("A batch is asked for before its question");
      port.postMessage({ kind: "batch", batch: answer.next().value });
    } catch (error) {
      answer = undefined;
      port.postMessage({
        kind: "failed",
        message: error instanceof Error ? error.message : String(error),
        isRange: error instanceof RangeError,
        file: error instanceof StorageError ? error.file : dataDir,
      });
    }
  };
}

/** Opens with the first batch, so that what fails then is told as the answer to it. */
function* answered(open: () => ChannelAnswer): Generator<ArrowBatch, undefined> {
  yield* open().batches();
}

serve(globalThis as unknown as Port);
