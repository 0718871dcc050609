import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from "@tanstack/react-router";
import { readAccessSearch } from "./access/search.js";
import { readActivitySearch } from "./activity/search.js";
import { readConnectSearch } from "./connect/search.js";
import { readServerSearch } from "./server/search.js";
import { readServersSearch } from "./servers/search.js";
import { ServersPage } from "./servers/servers-page.js";
import { NotFound } from "./shell/not-found.js";
import { Shell } from "./shell/shell.js";
import { readToolsetsSearch } from "./toolsets/search.js";
import { readTrafficSearch } from "./traffic/search.js";
import { readWallSearch } from "./wall/search.js";

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
    component: lazyRouteComponent(() => import("./server/server-page.js"), "ServerPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/connect",
    validateSearch: readConnectSearch,
    component: lazyRouteComponent(() => import("./connect/connect-page.js"), "ConnectPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/toolsets",
    validateSearch: readToolsetsSearch,
    component: lazyRouteComponent(() => import("./toolsets/toolsets-page.js"), "ToolsetsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/toolsets/$id",
    component: lazyRouteComponent(() => import("./toolsets/toolset-page.js"), "ToolsetPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/activity",
    validateSearch: readActivitySearch,
    component: lazyRouteComponent(() => import("./activity/activity-page.js"), "ActivityPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/traffic",
    validateSearch: readTrafficSearch,
    component: lazyRouteComponent(() => import("./traffic/traffic-page.js"), "TrafficPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/access",
    validateSearch: readAccessSearch,
    component: lazyRouteComponent(() => import("./access/access-page.js"), "AccessPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/wall",
    validateSearch: readWallSearch,
    component: lazyRouteComponent(() => import("./wall/wall-page.js"), "WallPage"),
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
