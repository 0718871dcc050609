import type { Server } from "node:http";
import type { ListeningServer } from "./listen.js";
import type {
  FetchHandler,
  NodeListener,
  NodeRequestLike,
  NodeResponseLike,
} from "./node-listener.js";

/** A Hono app, by shape. */
export interface HonoLike {
  readonly routes: readonly { readonly path: string }[];
  all(path: string, handler: (context: { req: { raw: Request } }) => Promise<Response>): unknown;
  fetch(request: Request, ...rest: never[]): unknown;
}

/** An Express app or router, by shape. */
export interface ExpressLike {
  use(path: string, ...handlers: never[]): unknown;
}

/** A `node:http` or `node:https` server, by shape. */
export interface HttpServerLike extends ListeningServer {
  emit(event: string, ...values: never[]): boolean;
}

/** What an endpoint can be mounted in. */
export type MountTarget = HonoLike | ExpressLike | HttpServerLike | "manual";

export interface Mountable {
  readonly fetch: FetchHandler;
  readonly node: NodeListener;
}

/**
 * Mounts the endpoint at `path` and returns the path as far as the app knows it: with the base path
 * of a Hono app, the mount path of an Express sub-app.
 * @throws TypeError when the target is nothing we know.
 */
export function mountEndpoint(target: MountTarget, path: string, endpoint: Mountable): string {
  if (target === "manual") return path;
  if ("listening" in target) {
    mountInServer(target as Server, path, endpoint.node); // what listens is one
    return path;
  }
  if ("routes" in target && "all" in target) {
    target.all(path, ({ req }) => endpoint.fetch(req.raw));
    return target.routes.at(-1)?.path ?? path;
  }
  if (typeof target.use === "function") {
    target.use(path, endpoint.node as never); // a middleware, which the shape above leaves open
    return joinPaths(expressBase(target), path);
  }
  throw new TypeError(
    'Expected `mount` to be a Hono app, an Express app or router, an http.Server or "manual"',
  );
}

/** `/tools/` and `/mcp` make `/tools/mcp`. */
export function joinPaths(base: string, path: string): string {
  return `${base.replace(/\/+$/, "")}${path}`;
}

/** An Express app knows where it is mounted; a router learns it with the first request. */
function expressBase(target: ExpressLike): string {
  const { path } = target as { path?: unknown }; // Express apps have this method, routers do not
  const base = typeof path === "function" ? path.call(target) : "";
  return typeof base === "string" ? base : "";
}

/** Our path goes to us, before any listener of the user; everything else stays as it was. */
function mountInServer(server: Server, path: string, node: NodeListener): void {
  const emit = server.emit.bind(server) as (event: string | symbol, ...args: unknown[]) => boolean; // one type for its overloads
  server.emit = (event: string | symbol, ...args: unknown[]) => {
    if (event !== "request") return emit(event, ...args);
    const [request, response] = args as [NodeRequestLike, NodeResponseLike]; // what Node emits
    if (pathOf(request) === path) {
      node(request, response);
      return true;
    }
    const wasHeard = emit(event, ...args);
    if (!wasHeard) response.writeHead(404).end();
    return wasHeard;
  };
}

function pathOf(request: NodeRequestLike): string {
  return (request.url ?? "/").split("?")[0] ?? "/";
}
