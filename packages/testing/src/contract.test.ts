import { describe, expect, test } from "vitest";
import { holdEvent, holdToContract } from "./contract.js";

const version = {
  name: "mcp-hub",
  version: "1.2.3",
  startedAt: "2026-11-23T12:00:00.000Z",
  pid: 42,
};

const answer = (body: unknown, status = 200, contentType = "application/json", url = "/version") =>
  holdToContract({ method: "GET", url, status, contentType, text: JSON.stringify(body) });

const problem = {
  type: "urn:mcp-hub:problem:server-not-found",
  title: "There is no such server",
  status: 404,
  code: "SERVER_NOT_FOUND",
  detail: "There is no server nobody.",
  instance: "urn:uuid:1",
};
const refusal = (body: unknown, url: string) =>
  answer(body, 404, "application/problem+json; charset=utf-8", url);

describe("an answer that is held to the contract", () => {
  test("may be what its route says, with a host and a query as well", () => {
    answer(version);
    answer(version, 200, "application/json", "http://127.0.0.1:8001/version?x");
  });

  test.each([
    ["lacks a member", { ...version, pid: undefined }],
    ["has a member of another type", { ...version, startedAt: "yesterday" }],
    ["has a member that the contract does not know", { ...version, colour: "red" }],
  ])("may be none that %s", (_, body) => {
    expect(() => answer(body)).toThrow("GET /version answered 200 beside the contract");
  });

  test("may have no other status or media type than its route names", () => {
    expect(() => answer(version, 202)).toThrow("does not name this status");
    expect(() => answer(version, 200, "text/html")).toThrow("does not name text/html");
  });

  test("may be one of its route's errors", () => {
    refusal(problem, "/servers/nobody");
    expect(() => refusal(problem, "/version")).toThrow("does not name SERVER_NOT_FOUND");
    expect(() => refusal({ ...problem, status: 410 }, "/servers/nobody")).toThrow(
      "says status 410",
    );
    expect(() => refusal({ ...problem, colour: "red" }, "/servers/nobody")).toThrow("/colour");
  });

  test("is judged by the route without a parameter before its namesake with one", () => {
    const text = "{}";
    const preview = { method: "POST", url: "/toolsets/preview", contentType: "application/json" };
    expect(() => holdToContract({ ...preview, status: 200, text })).toThrow("toolCount");
  });

  test("may be an event of the stream, with what its kind has", () => {
    const edited = { kind: "edited", seq: 1, at: version.startedAt, serverId: "a", name: "A" };
    holdEvent(JSON.stringify({ ...edited, changed: ["title"] }));
    expect(() => holdEvent(JSON.stringify(edited))).toThrow("changed");
  });
});
