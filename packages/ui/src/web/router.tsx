import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from "@tanstack/react-router";
import { readActivitySearch } from "./activity/search.ts";
import { readConnectSearch } from "./connect/search.ts";
import { readServerSearch } from "./server/search.ts";
import { readServersSearch } from "./servers/search.ts";
import { ServersPage } from "./servers/servers-page.tsx";
import { NotFound } from "./shell/not-found.tsx";
import { Shell } from "./shell/shell.tsx";
import { readToolsetsSearch } from "./toolsets/search.ts";
import { readTrafficSearch } from "./traffic/search.ts";
import { readWallSearch } from "./wall/search.ts";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

/** The first page comes with the first load; the others when they are asked for. */
const routes = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: "/",
    validateSearch: readServersSearch,
    component: ServersPage,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui",
    beforeLoad: () => {
      throw redirect({ to: "/" });
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/servers/$id",
    validateSearch: readServerSearch,
    component: lazyRouteComponent(() => import("./server/server-page.tsx"), "ServerPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/connect",
    validateSearch: readConnectSearch,
    component: lazyRouteComponent(() => import("./connect/connect-page.tsx"), "ConnectPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/toolsets",
    validateSearch: readToolsetsSearch,
    component: lazyRouteComponent(() => import("./toolsets/toolsets-page.tsx"), "ToolsetsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/toolsets/$id",
    component: lazyRouteComponent(() => import("./toolsets/toolset-page.tsx"), "ToolsetPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/activity",
    validateSearch: readActivitySearch,
    component: lazyRouteComponent(() => import("./activity/activity-page.tsx"), "ActivityPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/traffic",
    validateSearch: readTrafficSearch,
    component: lazyRouteComponent(() => import("./traffic/traffic-page.tsx"), "TrafficPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/wall",
    validateSearch: readWallSearch,
    component: lazyRouteComponent(() => import("./wall/wall-page.tsx"), "WallPage"),
  }),
]);

/** What stands in the query string stays as a person would write it: `?q=weather&status=up`. */
const asText = (value: string) => value;

export function createAppRouter() {
  return createRouter({
    routeTree: routes,
    defaultPreload: "intent",
    scrollRestoration: true,
    parseSearch: parseSearchWith(asText),
    stringifySearch: stringifySearchWith(String),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
