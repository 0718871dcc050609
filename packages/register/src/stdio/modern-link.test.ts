import type { JsonObject } from "@hub/core/json";
import { gatewayErrors, type JsonRpcRequest, mostInputRounds, type Outcome } from "@hub/mcp";
import { expect, test } from "vitest";
import { isRequest, type JsonRpcMessage } from "../wrap/json-rpc.js";
import type { Link } from "../wrap/link.js";
import { createModernLink } from "./modern-link.js";

/** A server of 2026-07-28 that answers each request as `answer` says, and what the link made of it. */
function connected(answer: (request: JsonRpcRequest) => JsonObject) {
  const received: JsonRpcRequest[] = [];
  const inner: Link = {
    send(message) {
      if (!isRequest(message)) return;
      received.push(message);
      const { id } = message;
      queueMicrotask(() =>
        inner.onMessage({ jsonrpc: "2.0", id, result: answer(message) }, undefined),
      );
    },
    async close() {},
    onMessage: () => {},
    onClose: () => {},
  };
  const link = createModernLink(inner);
  const asked: JsonRpcRequest[] = [];
  const call = (client: (question: JsonRpcRequest) => Outcome): Promise<JsonRpcMessage> =>
    new Promise((resolve) => {
      link.onMessage = (message) => {
        if (!isRequest(message)) return resolve(message);
        asked.push(message);
        link.send({ jsonrpc: "2.0", id: message.id, ...client(message) });
      };
      link.send({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "ask" } });
    });
  return { received, asked, call };
}

const wanted = (question: JsonObject): JsonObject => ({
  resultType: "input_required",
  inputRequests: { first: question },
  requestState: "sealed",
});

test("a page that a client is to open has an id, which 2025-11-25 wants", async () => {
  const params = { mode: "url", url: "https://page.example", message: "Sign in" };
  const server = connected((request) =>
    request.params?.inputResponses === undefined
      ? wanted({ method: "elicitation/create", params })
      : { content: [] },
  );
  const outcome = await server.call(() => ({ result: { action: "accept" } }));
  expect(server.asked).toMatchObject([{ method: "elicitation/create", params }]);
  expect(server.asked[0]?.params?.elicitationId).toMatch(/^[0-9a-f-]{36}$/);
  expect(server.received[1]?.params).toMatchObject({
    inputResponses: { first: { action: "accept" } },
    requestState: "sealed",
  });
  expect(outcome).toMatchObject({ id: 1, result: { content: [] } });
});

test("a client that refuses one question has refused the call", async () => {
  const server = connected(() => wanted({ method: "roots/list" }));
  const error = { code: -32_603, message: "No roots" };
  expect(await server.call(() => ({ error }))).toMatchObject({ id: 1, error });
  expect(server.received).toHaveLength(1);
});

test("a server that asks for ever is asked no more after so many rounds", async () => {
  const server = connected(() => wanted({ method: "roots/list" }));
  const outcome = await server.call(() => ({ result: { roots: [] } }));
  expect(outcome).toMatchObject({ id: 1, error: { code: gatewayErrors.ANSWER_INVALID } });
  expect(server.received).toHaveLength(mostInputRounds);
});

test("a server that asks for ever without a question ends as well", async () => {
  const server = connected(() => ({ resultType: "input_required", inputRequests: null }));
  const outcome = await server.call(() => ({ result: {} }));
  expect(outcome).toMatchObject({ id: 1, error: { code: gatewayErrors.ANSWER_INVALID } });
  expect(server.asked).toEqual([]);
});
