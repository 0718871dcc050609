import fc from "fast-check";
import { expect, test } from "vitest";
import { messageOf, parseMessage } from "./json-rpc.js";

const base = { jsonrpc: "2.0" };

test("requests, notifications and responses are told apart", () => {
  expect(messageOf({ ...base, id: 0, method: "ping" })?.kind).toBe("request");
  expect(messageOf({ ...base, id: "", method: "ping", params: {} })?.kind).toBe("request");
  expect(messageOf({ ...base, method: "notifications/initialized" })?.kind).toBe("notification");
  expect(messageOf({ ...base, id: 1, result: {} })?.kind).toBe("response");
  expect(messageOf({ ...base, id: null, error: { code: 1, message: "" } })?.kind).toBe("response");
});

test("what is none of them is nothing", () => {
  for (const bad of [
    [],
    null,
    { id: 1, method: "ping" },
    { ...base, id: 1 },
    { ...base, id: null, method: "ping" },
    { ...base, id: 1, method: "ping", params: [] },
    { ...base, id: 1, method: "ping", params: { _meta: [] } },
    { ...base, id: 1, result: {}, error: { code: 1, message: "" } },
    { ...base, id: 1, result: [] },
    { ...base, id: {}, result: {} },
  ])
    expect(messageOf(bad), JSON.stringify(bad)).toBeUndefined();
});

test("what is null where an object belongs was not given, and everything else stays", () => {
  for (const kind of [{ id: 1 }, {}]) {
    const asked = { ...base, ...kind, method: "tools/list" };
    expect(messageOf({ ...asked, params: null })?.message).toEqual(asked);
    const params = { cursor: null, name: "a" };
    expect(messageOf({ ...asked, params: { ...params, _meta: null } })?.message).toEqual({
      ...asked,
      params,
    });
  }
});

test("no text makes it throw, and unknown members stay", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseMessage(text)));
  const message = { ...base, id: 1, method: "ping", odd: { deep: [1] } };
  expect(parseMessage(JSON.stringify(message))?.message).toEqual(message);
});
