import { BudgetBook } from "@hub/core";
import { closeServers, serve, until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { HttpReply } from "./http-reply.js";
import { OpenStreams } from "./open-streams.js";

afterEach(closeServers);

test("an answer to a client that went before it could be begun is over, and nothing is kept for it", async () => {
  const streams = new OpenStreams();
  const added: unknown[] = [];
  streams.add = (stream) => void added.push(stream);
  let begun: HttpReply | undefined;
  const server = await serve((_, response) => {
    const answered = { response, always: {}, peer: "a", from: undefined, request: undefined };
    response.once("close", () =>
      setImmediate(() => {
        begun = new HttpReply(answered, { budgets: new BudgetBook(), streams });
      }),
    );
    response.flushHeaders();
  });
  const gone = new AbortController();
  await fetch(server.origin, { signal: gone.signal });
  gone.abort();
  const reply = await until("the answer to be begun", () => begun);
  expect(reply.isOpen).toBe(false);
  let isOver = false;
  reply.onOver(() => {
    isOver = true;
  });
  expect(isOver).toBe(true);
  reply.openStream();
  expect(added).toEqual([]);
});
