import { deepStrictEqual as deepEqual, rejects, strictEqual as equal } from "node:assert/strict";
import { GroupCommit, type GroupCommitParts } from "./group_commit.ts";

const turns = async (count = 5): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 1));
};

function commitOf(parts: Partial<GroupCommitParts>): GroupCommit {
  const nothing = (): Promise<void> => Promise.resolve();
  return new GroupCommit({
    lingerMillis: 1,
    syncMillis: 10_000,
    pending: () => false,
    flush: nothing,
    write: nothing,
    sync: nothing,
    ...parts,
  });
}

Deno.test("GroupCommit.writeNow() runs one write at a time, and one for all who wait", async () => {
  let [running, most, writes] = [0, 0, 0];
  const commit = commitOf({
    write: async () => {
      most = Math.max(most, ++running);
      writes++;
      await turns(1);
      running--;
    },
  });
  await Promise.all([commit.writeNow(), commit.writeNow(), commit.writeNow()]);
  await commit.writeNow();
  deepEqual([most, writes], [1, 2]);
  commit.stop();
});

Deno.test("GroupCommit.syncNow() serves all who ask while a sync is under way by one more", async () => {
  const ends: (() => void)[] = [];
  const commit = commitOf({ sync: () => new Promise<void>((resolve) => ends.push(resolve)) });
  const first = commit.syncNow();
  const others = Promise.all([commit.syncNow(), commit.syncNow(), commit.syncNow()]);
  await turns();
  equal(ends.length, 1, "the second waits for the first");
  ends[0]?.();
  await first;
  await turns();
  equal(ends.length, 2);
  ends[1]?.();
  await others;
  commit.stop();
});

Deno.test("GroupCommit tells of a failure until the same succeeds, and tries again by itself", async () => {
  let isFull = true;
  let attempts = 0;
  const write = (): Promise<void> => {
    attempts++;
    return isFull ? Promise.reject(new Error("full")) : Promise.resolve();
  };
  const commit: GroupCommit = commitOf({ syncMillis: 2, write, flush: () => commit.writeNow() });
  for (let i = 0; i < 100; i++) commit.writeSoon();
  equal(attempts, 1);
  await turns();
  equal(commit.writeError, "full");
  await rejects(commit.writeNow(), /full/);
  isFull = false;
  await turns(20);
  equal(commit.writeError, undefined);
  commit.stop();
  await commit.idle();
});

Deno.test("GroupCommit.linger() writes at the end of the turn where somebody watches", async () => {
  let writes = 0;
  const commit = commitOf({
    lingerMillis: 3_600_000,
    write: () => {
      writes++;
      return Promise.resolve();
    },
  });
  commit.linger(false);
  await turns();
  equal(writes, 0);
  for (let i = 0; i < 10; i++) commit.linger(true);
  await turns();
  equal(writes, 1);
  commit.stop();
});
