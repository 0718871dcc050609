import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
} from "@tanstack/react-router";
import { expect, test } from "vitest";
import { readAccessSearch } from "../access/search.js";
import { readActivitySearch } from "../activity/search.js";
import { readAddSearch } from "../add/search.js";
import { readServerSearch } from "../server/search.js";
import { readServersSearch } from "../servers/search.js";
import { readTrafficSearch } from "../traffic/search.js";
import { readWallSearch } from "../wall/search.js";
import { only } from "./only-search.js";

/** What a page is given of an address, by the router that the app has. */
function given(
  read: (given: Record<string, unknown>) => object,
  address: Record<string, string>,
): Readonly<Record<string, unknown>> {
  const root = createRootRoute();
  const page = createRoute({
    getParentRoute: () => root,
    path: "/page",
    validateSearch: only(read),
  });
  const router = createRouter({
    routeTree: root.addChildren([page]),
    history: createMemoryHistory(),
  });
  return router.matchRoutes("/page", address).at(-1)?.search ?? {};
}

const choices = ["tab", "way", "status", "sort", "order", "kind", "nobodyKnowsIt"];

test.each([
  ["access", readAccessSearch],
  ["activity", readActivitySearch],
  ["add", readAddSearch],
  ["server", readServerSearch],
  ["servers", readServersSearch],
  ["traffic", readTrafficSearch],
  ["wall", readWallSearch],
])("the page %s meets no choice that it does not have", (_, read) => {
  const address = Object.fromEntries(choices.map((name) => [name, "xyz"]));
  const met = Object.values(given(read, address)).filter((value) => value !== undefined);
  expect(met).toEqual([]);
});

test.each(["hubs", "admission", "toString"])("tab=%s is no part of the access page", (tab) => {
  expect(given(readAccessSearch, { tab }).tab).toBeUndefined();
  expect(given(readAccessSearch, { tab: "waiting" })).toEqual({ tab: "waiting" });
});
