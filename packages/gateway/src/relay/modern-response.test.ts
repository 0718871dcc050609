import { codes } from "@hub/mcp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { modernResponse } from "./modern-response.js";

const can = { canOpenUrls: true };
const response = (outcome: string, id: unknown = "theirs") =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${outcome}}`;
const failed = (code: number, data?: unknown) =>
  response(`"error":${JSON.stringify({ code, message: "no", data })}`);

describe("the response of a 2025 server for a client of 2026-07-28", () => {
  test("has the id that the client waits for, and says that it is complete", () => {
    const { status, body } = modernResponse(
      response('"result":{"content":[]}'),
      7,
      "tools/call",
      can,
    );
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      jsonrpc: "2.0",
      id: 7,
      result: { resultType: "complete", content: [] },
    });
  });

  test("keeps its result letter by letter", () => {
    const id = fc.oneof(fc.string(), fc.integer());
    const members = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name !== "resultType" && name !== "__proto__"),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(id, members, (asked, result) => {
        const text = JSON.stringify(result);
        const { body } = modernResponse(response(`"result":${text}`), asked, "tools/call", can);
        const said = JSON.parse(body);
        expect(said.id).toBe(asked);
        const { resultType, ...kept } = said.result;
        expect(resultType).toBe("complete");
        expect(kept).toEqual(JSON.parse(text));
      }),
    );
    const exact = '{"structuredContent":{"n":12345678901234567890,"m":1.0,"k":-0}}';
    expect(modernResponse(response(`"result":${exact}`), 1, "tools/call", can).body).toContain(
      exact.slice(1),
    );
  });

  test("is not to be kept where the server says nothing of it", () => {
    const of = (result: string) =>
      JSON.parse(modernResponse(response(`"result":${result}`), 1, "resources/read", can).body)
        .result;
    expect(of('{"contents":[]}')).toMatchObject({ ttlMs: 0, cacheScope: "private" });
    expect(of('{"contents":[],"ttlMs":5,"cacheScope":"public"}')).toMatchObject({
      ttlMs: 5,
      cacheScope: "public",
    });
  });

  test.each([
    [codes.methodNotFound, codes.methodNotFound, 404],
    [codes.headerMismatch, codes.headerMismatch, 400],
    [codes.missingClientCapability, codes.missingClientCapability, 400],
    [codes.unsupportedVersion, codes.unsupportedVersion, 400],
    [codes.resourceNotFound, codes.invalidParams, 200],
    [codes.internalError, codes.internalError, 200],
    [-31_001, -31_001, 200],
    [42, 42, 200],
  ])("with error %i is error %i and HTTP %i", (given, code, status) => {
    const said = modernResponse(failed(given, { why: "x" }), 1, "tools/call", can);
    expect(said.status).toBe(status);
    expect(JSON.parse(said.body)).toEqual({
      jsonrpc: "2.0",
      id: 1,
      error: { code, message: "no", data: { why: "x" } },
    });
  });

  test("that is none is passed on as it is", () => {
    for (const text of ["", "not json", '{"jsonrpc":"2.0","method":"ping","id":1}'])
      expect(modernResponse(text, 1, "tools/call", can)).toEqual({ status: 200, body: text });
  });
});

describe("a page that a 2025 server wants opened first", () => {
  const page = { mode: "url", elicitationId: "1", url: "https://page.example", message: "Sign in" };
  const wanted = (elicitations: unknown) => failed(codes.urlElicitationRequired, { elicitations });

  test("is input that is required", () => {
    const { status, body } = modernResponse(wanted([page, page]), 1, "tools/call", can);
    expect(status).toBe(200);
    expect(JSON.parse(body).result).toEqual({
      resultType: "input_required",
      inputRequests: {
        "hub-url-1": { method: "elicitation/create", params: page },
        "hub-url-2": { method: "elicitation/create", params: page },
      },
    });
  });

  test("needs a capability, for a client that opens none", () => {
    const said = modernResponse(wanted([page]), 1, "tools/call", { canOpenUrls: false });
    expect(said.status).toBe(400);
    expect(JSON.parse(said.body).error).toMatchObject({
      code: codes.missingClientCapability,
      data: { requiredCapabilities: { elicitation: { url: {} } } },
    });
  });

  test("of which there is none is an error as well", () => {
    for (const none of [undefined, [], "page", [7]])
      expect(modernResponse(wanted(none), 1, "tools/call", can).status).toBe(400);
  });
});
