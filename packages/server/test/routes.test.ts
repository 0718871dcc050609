import { actions, type Principal, policyOf } from "@hub/core/access";
import { closeAll, knownTokens, RawConnection, requestBytes, TestHub } from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mcpAccess, type RouteAccess, routesOf } from "../src/access/routes.js";

/** Budgets so large that only access decides. */
const plenty = 1_000_000;
let hub: TestHub;

beforeAll(async () => {
  const tokens = Object.fromEntries(actions.map((action) => [action, [{ action }]]));
  hub = await TestHub.start({
    access: knownTokens(tokens),
    budgets: { callerRequests: plenty, strangerRequests: plenty, wrongCredentials: plenty },
  });
});
afterAll(closeAll);

const mcp = ["/mcp", "/servers/:id/mcp", "/toolsets/:id/mcp", "/sse"].map(
  (path): RouteAccess => ({ method: "POST", path, access: mcpAccess }),
);
const table: readonly RouteAccess[] = [...routesOf(undefined), ...mcp];

type Caller = { readonly name: string; readonly token?: string; readonly principal?: Principal };

const callers: readonly Caller[] = [
  { name: "nobody" },
  { name: "a bad token", token: "bad" },
  ...actions.map((action) => ({
    name: action,
    token: action,
    principal: { kind: "token", id: action, grants: [{ action }] } as const,
  })),
];

function mayHave({ principal }: Caller, { access }: RouteAccess): boolean {
  if (access === "public" || access === "lease") return true;
  return principal !== undefined && policyOf(principal).mayAtAll(access);
}

/** The path of a route for things that there are not, so that nothing happens where somebody may. */
const concrete = ({ path }: RouteAccess) => path.replace(/:\w+/g, "nothing");

/** Paths that a careless reader takes for this one. */
const spellings: Readonly<Record<string, (path: string) => string>> = {
  "two slashes": (path) => `/${path}`,
  "two slashes inside": (path) => path.replace(/(.)\//, "$1//"),
  "a slash behind": (path) => `${path}/`,
  "a slash encoded": (path) => path.replace(/(.)\//, "$1%2F"),
  "the first slash encoded": (path) => `/%2f${path.slice(1)}`,
  "a letter encoded": (path) => path.replace(/[a-z]/, encoded),
  "a letter encoded twice": (path) => path.replace(/[a-z]/, encoded).replace("%", "%25"),
  capitals: (path) => path.toUpperCase(),
  "a dot": (path) => `/.${path}`,
  "two dots": (path) => `/healthz/..${path}`,
  "dots encoded": (path) => `/healthz/%2e%2E${path}`,
  "dots and slash encoded": (path) => `/healthz%2f..${path}`,
  "below what is public": (path) => `/clients/mcp_hub.py${path}`,
  "a backslash": (path) => path.replaceAll("/", "\\").replace("\\", "/"),
  "a semicolon": (path) => `${path};x=/healthz`,
  "a null": (path) => `${path}%00`,
  "a wrong escape": (path) => `${path}%zz`,
  "a query of another": (path) => `${path}?/healthz`,
};
const encoded = (letter: string) => `%${letter.charCodeAt(0).toString(16)}`;

/** Sends requests one after the other on a connection that stays open as long as the hub lets it. */
class Sender {
  #connection: RawConnection | undefined;

  async status(method: string, target: string, token: string | undefined): Promise<number> {
    const headers: [string, string][] = [
      ["host", `127.0.0.1:${hub.port}`],
      ["accept", "application/json"],
    ];
    if (token !== undefined) headers.push(["authorization", `Bearer ${token}`]);
    if (method !== "GET" && method !== "HEAD") headers.push(["content-length", "0"]);
    this.#connection ??= new RawConnection(hub.port);
    this.#connection.write(requestBytes(`${method} ${target}`, headers));
    const answer = await this.#connection.next(method === "HEAD");
    if (answer === undefined || answer.headers.get("connection") === "close") this.close();
    return answer?.status ?? 0;
  }

  close(): void {
    this.#connection?.destroy();
    this.#connection = undefined;
  }
}

const isRefused = (status: number) => status >= 400 && status < 500;

describe("the table of routes", () => {
  test("has every action that somebody may be given", () => {
    expect(new Set(table.map(({ access }) => access))).toEqual(
      new Set(["public", "lease", ...actions]),
    );
  });

  describe.each(callers)("for $name", (caller) => {
    const connection = new Sender();
    afterAll(() => connection.close());

    test("opens what it says, and nothing else", async () => {
      for (const route of table) {
        const target = concrete(route);
        const methods = route.method === "GET" ? ["GET", "HEAD"] : [route.method];
        for (const method of methods) {
          const status = await connection.status(method, target, caller.token);
          const said = [method, target, status];
          if (caller.token === "bad") expect(said).toEqual([method, target, 401]);
          else if (mayHave(caller, route)) expect([401, 403, 500]).not.toContain(said[2]);
          else expect(said).toEqual([method, target, caller.principal === undefined ? 401 : 403]);
        }
      }
    });

    test.each(Object.entries(spellings))("opens no more for %s", async (_, spell) => {
      for (const route of table) {
        if (caller.token !== "bad" && mayHave(caller, route)) continue;
        const target = spell(concrete(route));
        const status = await connection.status(route.method, target, caller.token);
        expect([route.method, target, isRefused(status)]).toEqual([route.method, target, true]);
        // What the hub can read at all, it does not answer those whom it does not know.
        if (caller.principal === undefined) expect([400, 401]).toContain(status);
      }
    });

    test("opens nothing by another method", async () => {
      for (const route of table) {
        if (caller.token !== "bad" && mayHave(caller, route)) continue;
        for (const method of ["OPTIONS", "TRACE", "PROPFIND", "QUERY"]) {
          const status = await connection.status(method, concrete(route), caller.token);
          expect([method, concrete(route), isRefused(status)]).toEqual([
            method,
            concrete(route),
            true,
          ]);
        }
      }
    });
  });
});
