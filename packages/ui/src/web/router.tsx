import {
  createRootRoute,
  createRoute,
  createRouter,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from "@tanstack/react-router";
import { readAccessSearch } from "./access/search.js";
import { readSignInSearch } from "./access/sign-in-search.js";
import { readActivitySearch } from "./activity/search.js";
import { readAddSearch } from "./add/search.js";
import { readConnectSearch } from "./connect/search.js";
import { OverviewPage } from "./overview/overview-page.js";
import { lazyPart } from "./parts/lazy-part.js";
import { only } from "./parts/only-search.js";
import { readServerSearch } from "./server/search.js";
import { readServersSearch, type ServersSearch } from "./servers/search.js";
import { NotFound } from "./shell/not-found.js";
import { PageFault } from "./shell/page-fault.js";
import { Shell } from "./shell/shell.js";
import { readToolsetsSearch } from "./toolsets/search.js";
import { readTrafficSearch } from "./traffic/search.js";
import { readWallSearch } from "./wall/search.js";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

/** What stands in the query string of the list, and nothing when there is none. */
const readOldSearch = (given: Record<string, unknown>): ServersSearch =>
  Object.fromEntries(
    Object.entries(readServersSearch(given)).filter(([, value]) => value !== undefined),
  );

/** The first page comes with the first load; the others when they are asked for. */
const routes = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: "/",
    validateSearch: readOldSearch,
    beforeLoad: ({ search }) => {
      // The list was here once, and links to parts of it are in people's notes.
      if (Object.keys(search).length > 0) throw redirect({ to: "/ui/servers", search });
    },
    component: OverviewPage,
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
    path: "/ui/servers",
    validateSearch: only(readServersSearch),
    component: lazyPart(async () => (await import("./servers/servers-page.js")).ServersPage),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/servers/$id",
    validateSearch: only(readServerSearch),
    component: lazyPart(async () => (await import("./server/server-page.js")).ServerPage),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/add",
    validateSearch: only(readAddSearch),
    component: lazyPart(async () => (await import("./add/add-page.js")).AddPage),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/connect",
    validateSearch: only(readConnectSearch),
    component: lazyPart(async () => (await import("./connect/connect-page.js")).ConnectPage),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/toolsets",
    validateSearch: only(readToolsetsSearch),
    component: lazyPart(async () => (await import("./toolsets/toolsets-page.js")).ToolsetsPage),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/toolsets/$id",
    component: lazyPart(async () => (await import("./toolsets/toolset-page.js")).ToolsetPage),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/activity",
    validateSearch: only(readActivitySearch),
    component: lazyPart(async () => (await import("./activity/activity-page.js")).ActivityPage),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/traffic",
    validateSearch: only(readTrafficSearch),
    component: lazyPart(async () => (await import("./traffic/traffic-page.js")).TrafficPage),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/access",
    validateSearch: only(readAccessSearch),
    component: lazyPart(async () => (await import("./access/access-page.js")).AccessPage),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/sign-in",
    validateSearch: only(readSignInSearch),
    component: lazyPart(async () => (await import("./access/sign-in-page.js")).SignInPage),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/ui/wall",
    validateSearch: only(readWallSearch),
    component: lazyPart(async () => (await import("./wall/wall-page.js")).WallPage),
  }),
]);

/** What stands in the query string stays as a person would write it: `?q=weather&status=up`. */
const asText = (value: string) => value;

export function createAppRouter() {
  return createRouter({
    routeTree: routes,
    defaultPreload: "intent",
    defaultErrorComponent: PageFault,
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
