import { expect, test } from "vitest";
import { hubRefusalIn } from "./hub-refusal.js";

const said = JSON.stringify({
  jsonrpc: "2.0",
  error: {
    code: -32000,
    message: "No",
    data: { hubError: "INSUFFICIENT_SCOPE", cause: "Go away" },
  },
});
const challenge = 'Bearer realm="mcp-hub", error="insufficient_scope", scope="hub:call"';
const json = { "content-type": "application/json; charset=utf-8" };

test("a refusal of the hub's is what it says, however a proxy writes the media type", async () => {
  const headers = { ...json, "www-authenticate": challenge };
  const refusal = await hubRefusalIn(new Response(said, { status: 403, headers }));
  expect(refusal).toMatchObject({ status: 403, code: "INSUFFICIENT_SCOPE", detail: "Go away" });
  expect(refusal?.problem).toMatchObject({ scope: "hub:call" });
});

test.each([
  ["a server behind the hub, in the hub's words", 403, json],
  ["another one that asks for tokens", 401, { ...json, "www-authenticate": "Bearer" }],
  ["no refusal", 500, { ...json, "www-authenticate": challenge }],
])("%s: none of the hub's, and its body is left alone", async (_, status, headers) => {
  const response = new Response(said, { status, headers });
  expect(await hubRefusalIn(response)).toBeUndefined();
  expect(response.bodyUsed).toBe(false);
});

test("a body that is no error of the hub's is none", async () => {
  const headers = { ...json, "www-authenticate": challenge };
  expect(await hubRefusalIn(new Response("<html>", { status: 401, headers }))).toBeUndefined();
});
