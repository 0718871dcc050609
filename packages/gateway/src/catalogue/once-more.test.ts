import type { Entry } from "@hub/core";
import { codes } from "@hub/mcp";
import { expect, test, vi } from "vitest";
import { routeOnceMore } from "./once-more.js";
import type { Route, Routing } from "./routing.js";

// Nothing of it is looked at here.
const route: Route = { entry: {} as Entry, params: undefined };
const unknown: Routing = { error: { code: codes.invalidParams, message: "Unknown tool" } };

/** What becomes of a request that is found with the n-th look, or with none. */
async function tried(foundAt: number, catchUp: (() => Promise<void>) | undefined) {
  let looks = 0;
  const outcome = await new Promise<string>((resolve, reject) => {
    routeOnceMore({
      find: () => {
        looks += 1;
        return looks >= foundAt ? { route } : unknown;
      },
      catchUp,
      onRoute: () => resolve("found"),
      onError: ({ message }) => resolve(message),
      onFault: reject,
    });
  });
  return { outcome, looks };
}

test("what is there is found without asking anybody", async () => {
  const catchUp = vi.fn(async () => {});
  expect(await tried(1, catchUp)).toEqual({ outcome: "found", looks: 1 });
  expect(catchUp).not.toHaveBeenCalled();
});

test("what another hub has just written is looked for once more, and no more", async () => {
  expect(await tried(2, async () => {})).toEqual({ outcome: "found", looks: 2 });
  expect(await tried(3, async () => {})).toEqual({ outcome: "Unknown tool", looks: 2 });
});

test("where there is no other hub, nobody waits", async () => {
  expect(await tried(2, undefined)).toEqual({ outcome: "Unknown tool", looks: 1 });
});

test("a store that does not answer keeps nobody", async () => {
  expect(await tried(3, () => new Promise(() => {}))).toEqual({
    outcome: "Unknown tool",
    looks: 2,
  });
});
