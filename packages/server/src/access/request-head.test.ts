import type { IncomingMessage } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { Arrivals, receivedAs } from "./arrival.js";
import { headOf, headOfIncoming } from "./request-head.js";

const request = new Request("http://hub.example/mcp?a=1", { headers: { "x-one": "1" } });
const arrival = new Arrivals().of(receivedAs(request));
if (arrival instanceof Error) throw arrival;

const incoming = (rawHeaders: readonly string[], headers: Readonly<Record<string, string>>) =>
  headOfIncoming(
    // What the head reads of a request.
    { method: "POST", url: "/mcp", headers, rawHeaders } as unknown as IncomingMessage,
    arrival,
  );

describe("the head of a request", () => {
  test("says every value of a header that came more than once", () => {
    const head = incoming(
      ["Authorization", "Bearer a", "Host", "hub", "authorization", "Bearer b"],
      {
        authorization: "Bearer a",
        host: "hub",
      },
    );
    expect(head.header("authorization")).toBe("Bearer a, Bearer b");
    expect(head.header("host")).toBe("hub");
    expect(head.header("cookie")).toBeUndefined();
  });

  test("is of one kind for all requests: V8 keeps kinds, and what they hold, for long", () => {
    setFlagsFromString("--allow-natives-syntax");
    const haveSameKind: (one: object, other: object) => boolean = runInThisContext(
      "(one, other) => %HaveSameMap(one, other) && %HasFastProperties(one)",
    );
    expect(haveSameKind(incoming([], {}), incoming([], {}))).toBe(true);
    expect(haveSameKind(headOf(request, arrival), headOf(request, arrival))).toBe(true);
    const [one, other] = [1, 2].map((value) => ({
      get value() {
        return value;
      },
    }));
    expect(haveSameKind(one ?? {}, other ?? {})).toBe(false);
  });
});
