import { type Access, contract } from "@hub/api";
import type { HubError } from "@hub/core";
import { insufficientScope, nobody, type Principal, policyOf } from "@hub/core/access";
import type { WebUi } from "../api/web-ui.js";
import { wellKnownPath } from "./oidc/well-known.js";
import { unauthenticated } from "./refusals.js";
import { signInPaths } from "./sign-in/sign-in-paths.js";

/** A route and what it asks of its caller. The path is as Hono writes it. */
export type RouteAccess = {
  readonly method: string;
  readonly path: string;
  readonly access: Access;
};

const get = (path: string, access: Access): RouteAccess => ({ method: "GET", path, access });

/** What the REST API's contract does not describe. */
const outsideContract: readonly RouteAccess[] = [
  get("/", "public"),
  get("/openapi.json", "read"),
  get("/docs", "read"),
  get("/docs/page.css", "read"),
  get("/docs/start.js", "read"),
  get("/docs/theme.js", "read"),
  get("/docs/swagger-ui.css", "read"),
  get("/docs/swagger-ui-bundle.js", "read"),
  get(`${wellKnownPath}/*`, "public"),
  ...Object.values(signInPaths).map((path) => get(path, "public")),
];

/** All MCP endpoints ask for this, whatever their path; see `hubEndpointOf` of the gateway. */
export const mcpAccess = "call" satisfies Access;

/** The files of the page are public, because it is where people sign in; they hold no data. */
const ofPage = ({ page, pagePaths, unknownPaths, assets }: WebUi): RouteAccess[] =>
  [page.path, ...pagePaths, unknownPaths, ...assets.map(({ path }) => path)].map((path) =>
    get(path, "public"),
  );

/** Every route that the hub answers besides the MCP endpoints. One that is not here, nobody gets. */
export function routesOf(webUi: WebUi | undefined): readonly RouteAccess[] {
  return [
    ...contract.map(({ method, path, access }) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{(\w+)\}/g, ":$1"),
      access,
    })),
    ...outsideContract,
    ...(webUi === undefined ? [] : ofPage(webUi)),
  ];
}

/** Why what asks for `access` is closed to somebody; undefined when it is open. */
export function closedTo(principal: Principal, access: Access): HubError | undefined {
  if (access === "public" || access === "lease" || policyOf(principal).mayAtAll(access))
    return undefined;
  return principal.kind === "anonymous" ? unauthenticated() : insufficientScope(access);
}

type Matched = { readonly method: string; readonly path: string };

/** Judges requests by the routes that match them. */
export class RouteTable {
  readonly #access: ReadonlyMap<string, Access>;

  constructor(routes: readonly RouteAccess[]) {
    this.#access = new Map(routes.map((route) => [keyOf(route), route.access]));
  }

  /** Throws for a route that the table lacks. */
  check(routes: readonly Matched[]): void {
    for (const route of routes) this.#accessOf(route);
  }

  /**
   * Why somebody may not have what the matching routes answer. Each of them must be open to it, since one may
   * hand on to the next. Where none matches, nobody learns that who does not say who it is.
   */
  closed(principal: Principal, handlers: () => readonly Matched[]): HubError | undefined {
    if (policyOf(principal).mayWithAll("admin")) return undefined;
    const matched = handlers();
    if (matched.length === 0 && principal === nobody) return unauthenticated();
    for (const route of matched) {
      const refusal = closedTo(principal, this.#accessOf(route));
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #accessOf(route: Matched): Access {
    const access = this.#access.get(keyOf(route));
    if (access === undefined)
      throw new Error(`The table of routes lacks ${route.method} ${route.path}.`);
    return access;
  }
}

const keyOf = ({ method, path }: Matched) => `${method} ${path}`;
