import type {
  AnswerOf,
  BodyOf,
  JsonStatus,
  PathParams,
  QueryOf,
  Route,
  Unchanging,
} from "@hub/api";
import { nobody, type Principal } from "@hub/core/access";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { invalidCredential } from "../access/refusals.js";
import { closedTo } from "../access/routes.js";
import type { AppEnv, HubApp } from "./hono.js";
import { parseWith } from "./problem.js";
import { readQuery } from "./query.js";

/** One request to a route of the contract. */
export class RouteCall<Of extends Route> {
  readonly context: Context<AppEnv>;
  readonly #route: Of;

  constructor(context: Context<AppEnv>, route: Of) {
    this.context = context;
    this.#route = route;
  }

  /** Who is asking. That its grants have the action of the route was seen before. */
  get principal(): Principal {
    return this.context.get("principal");
  }

  get params(): PathParams<Of["path"]> {
    // The names come from the route's path, which is what Hono matched.
    return this.context.req.param() as PathParams<Of["path"]>;
  }

  /** Read each time it is asked for. Throws INVALID_REQUEST. */
  get query(): QueryOf<Of> {
    const { query, repeatable } = this.#route;
    // The schema is the one that the type follows from.
    return (query === undefined ? {} : readQuery(this.context, query, repeatable)) as QueryOf<Of>;
  }

  /** What was sent, by the schema of the route's JSON body. Throws INVALID_REQUEST. */
  body(sent: unknown): BodyOf<Of> {
    const schema = this.#route.body?.["application/json"];
    if (schema === undefined) throw new Error(`${this.#route.path} takes no JSON.`);
    return parseWith(schema, sent) as BodyOf<Of>; // the schema that the type follows from
  }

  /**
   * Reads what was sent. Throws what `read` throws, and UNAUTHENTICATED when whoever asks went meanwhile: a sender
   * may hold its body back until long after that.
   */
  async sent<Read>(read: (request: Request) => Promise<Read>): Promise<Read> {
    let isGone = false;
    const unwatch = this.context.get("whileKnown")(() => {
      isGone = true;
    });
    let sent: Read;
    try {
      sent = await read(this.context.req.raw);
    } finally {
      unwatch();
    }
    if (!isGone) return sent;
    if (this.principal.kind !== "anonymous")
      throw invalidCredential("What says who is asking ended before the body had come.");
    // The hub asks who everybody is since, and what it asks of nobody still goes on.
    this.context.set("principal", nobody);
    const closed = closedTo(nobody, this.#route.access);
    if (closed !== undefined) throw closed;
    return sent;
  }

  json<Status extends JsonStatus<Of>>(
    status: Status,
    body: Unchanging<AnswerOf<Of, Status>>,
    headers?: Record<string, string>,
  ): Response {
    // A status with which a route answers JSON may have content.
    const contentful = status as ContentfulStatusCode & Status;
    return this.context.json<object>(body as object, contentful, headers); // an answer is an object
  }

  /** The answer that has no body. */
  empty(): Response {
    return this.context.body(null, 204);
  }
}

/** Answers a route of the contract; its path, parameters, bodies and answers are written only there. */
export function serve<Of extends Route>(
  app: HubApp,
  route: Of,
  handler: (call: RouteCall<Of>) => Response | Promise<Response>,
): void {
  const path = route.path.replace(/\{(\w+)\}/g, ":$1");
  app.on(route.method.toUpperCase(), path, (context) => handler(new RouteCall(context, route)));
}
