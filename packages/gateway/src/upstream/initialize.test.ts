import { legacyVersions, serverVersions } from "@hub/mcp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hubIdentity, initializeRequest, readInitialized } from "./initialize.js";
import { LinkError } from "./link-error.js";

const result = (value: unknown) => JSON.stringify({ jsonrpc: "2.0", id: "x", result: value });
const refusal = (code: unknown, message: unknown = "no") =>
  JSON.stringify({ jsonrpc: "2.0", id: "x", error: { code, message } });

function errorOf(data: string, status = 200): LinkError {
  try {
    readInitialized(data, status);
  } catch (error) {
    if (error instanceof LinkError) return error;
    throw error;
  }
  throw new Error("it was read");
}

describe("the answer to initialize", () => {
  test.each(serverVersions)("is read in the revision %s", (protocolVersion) => {
    expect(readInitialized(result({ protocolVersion, capabilities: { tools: {} } }), 200)).toEqual({
      protocolVersion,
      capabilities: { tools: {} },
    });
  });

  test("has no capabilities where they are no object", () => {
    const [protocolVersion] = legacyVersions;
    for (const capabilities of [undefined, null, [], "tools", 1])
      expect(readInitialized(result({ protocolVersion, capabilities }), 200).capabilities).toEqual(
        {},
      );
  });

  test("in another revision is a failure that says which, in short", () => {
    const error = errorOf(result({ protocolVersion: "1999-01-01".repeat(9) }));
    expect(error.kind).toBe("broken");
    expect(error.failure.detail).toContain("1999-01-01");
    expect(error.failure.detail.length).toBeLessThan(100);
  });

  test.each([
    [-32_601, 200],
    [-32_022, 400],
    [-32_000, 404],
  ])("with error %i and HTTP %i is that of a server of another era", (code, status) => {
    expect(errorOf(refusal(code), status).kind).toBe("wrong-era");
  });

  test.each([-31_001, -31_021, -31_099])("with error %i is that of a hub without room", (code) => {
    expect(errorOf(refusal(code)).kind).toBe("no-room");
  });

  test.each([-32_603, -31_000.5, -31_100, 1])("with error %d is a refusal", (code) => {
    const expected = code === -31_000.5 ? "no-room" : "broken";
    expect(errorOf(refusal(code)).kind).toBe(expected);
  });

  test("with an error that has no code or no words is a refusal as well", () => {
    for (const data of [refusal("x", 7), refusal(undefined, null)])
      expect(errorOf(data)).toMatchObject({ kind: "broken", failure: { code: "ANSWER_INVALID" } });
  });

  test("shows of a refusal no more than a client should read", () => {
    expect(errorOf(refusal(-32_603, "x".repeat(10_000))).failure.detail.length).toBeLessThan(400);
  });

  test("that is anything else is a failure, and never an exception of another kind", () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((one) => `{"result":${one}}`),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 200, max: 599 }), (data, status) => {
        expect(errorOf(data, status).failure.neverSent).toBe(false);
      }),
    );
  });
});

test("the hub says of itself that it can answer nothing", () => {
  const request = initializeRequest(hubIdentity("1.2.3"));
  expect(request).toMatchObject({
    method: "initialize",
    params: {
      protocolVersion: legacyVersions[0],
      capabilities: {},
      clientInfo: { name: "mcp-hub", version: "1.2.3" },
    },
  });
  expect(initializeRequest(hubIdentity("1.2.3")).id).not.toBe(request.id);
});
