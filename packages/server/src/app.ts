import { HubError } from "@hub/core";
import { nobody, type Principal } from "@hub/core/access";
import { type Context, Hono } from "hono";
import { matchedRoutes } from "hono/route";
import { Arrivals, receivedAs, receivedBy } from "./access/arrival.js";
import { Callers } from "./access/callers.js";
import type { Gate } from "./access/gate.js";
import { headOf } from "./access/request-head.js";
import { RouteTable, routesOf } from "./access/routes.js";
import { addAdmissionRoutes } from "./api/admission.js";
import { exposedHeaders, headersOfEveryAnswer, preflightHeaders } from "./api/answer-headers.js";
import { askerOf } from "./api/asker.js";
import { addAuditRoute } from "./api/audit.js";
import { addClaudeDesktopBundleRoute } from "./api/claude-desktop-bundle.js";
import { addClientConfigRoutes } from "./api/client-config.js";
import { addDiagnoseRoute } from "./api/diagnose.js";
import { addDocsRoutes } from "./api/docs.js";
import { addEventRoutes } from "./api/events.js";
import { createGuard, guarded } from "./api/guard.js";
import type { AppEnv, HubApp } from "./api/hono.js";
import { addHubRoute } from "./api/hubs.js";
import { addLeaseRoutes } from "./api/leases.js";
import { addLogLevelRoute } from "./api/log-level.js";
import { addMetricsRoute } from "./api/metrics.js";
import { addOperationRoutes } from "./api/operations.js";
import { Paging } from "./api/paging.js";
import type { AppDeps } from "./api/ports.js";
import { faultError, newInstance, problemResponse } from "./api/problem.js";
import { addPulseRoute } from "./api/pulse.js";
import { addPythonClientRoutes } from "./api/python-client.js";
import { addRegisterRoute } from "./api/register.js";
import { addResourceMetadataRoute } from "./api/resource-metadata.js";
import { ServerLists } from "./api/server-list.js";
import { addServerRoutes } from "./api/servers.js";
import { addSessionRoutes } from "./api/session.js";
import { addTokenRoutes } from "./api/tokens.js";
import { addToolRoutes } from "./api/tools.js";
import { addToolsetRoutes } from "./api/toolsets.js";
import { addTrafficRoutes } from "./api/traffic.js";
import { addWebUiRoutes } from "./api/web-ui.js";

function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS" && request.headers.has("access-control-request-method");
}

/** Methods that some route knows for a path, so that a wrong one is told from a wrong path. */
function methodsFor(app: HubApp, path: string): string[] {
  const found = new Set<string>();
  for (const route of app.routes) {
    if (route.method === "ALL") continue;
    const pattern = new RegExp(
      `^${route.path.replace(/[.]/g, "\\.").replace(/:[A-Za-z]+/g, "[^/]+")}$`,
    );
    if (pattern.test(path)) found.add(route.method);
  }
  return [...found].sort();
}

function notFound(app: HubApp, request: Request): Response {
  const { pathname } = new URL(request.url);
  const methods = methodsFor(app, pathname);
  if (methods.length === 0) {
    const error = new HubError(
      "ROUTE_NOT_FOUND",
      `There is nothing at ${JSON.stringify(pathname.slice(0, 200))}. /docs lists every path.`,
    );
    return problemResponse(error);
  }
  const response = problemResponse(
    new HubError(
      "METHOD_NOT_ALLOWED",
      `This path does not support ${request.method.slice(0, 20)}. It supports ${methods.join(", ")}.`,
    ),
  );
  response.headers.set("allow", methods.join(", "));
  return response;
}

const headFrom = (context: Context<AppEnv>) => headOf(context.req.raw, context.get("arrival"));

/** What is known of a request without believing anybody. */
const receivedFrom = ({ env, req }: Context<AppEnv>) =>
  env?.incoming === undefined ? receivedAs(req.raw) : receivedBy(env.incoming);

/** What would answer a request: not what only looks at it. */
const handlersFor = (context: Context<AppEnv>) =>
  matchedRoutes(context).filter(({ method }) => method !== "ALL");

/** The id in the path of what belongs to one server. */
const serverIn = (path: string) => path.split("/")[2]?.slice(0, 100);

/** The answer to an error that the hub expects; one that asks for a credential says which. */
function refusalResponse(error: HubError, gate: Gate, context: Context<AppEnv>): Response {
  const response = problemResponse(error);
  // Where nobody knows how a request came, no credential would change anything.
  if (context.get("arrival") === undefined) return response;
  const challenge = gate.challenge(error, headFrom(context));
  if (challenge !== undefined) response.headers.set("www-authenticate", challenge);
  return response;
}

/** The whole HTTP interface as a Hono app: everything comes in through `deps`. */
export function createApp(deps: AppDeps): HubApp {
  const app = new Hono<AppEnv>();
  const guard = createGuard(deps.guard, deps.info.hubId);
  const {
    gate,
    arrivals = new Arrivals(),
    callers = new Callers(deps.budgets, () => performance.now()),
  } = deps;
  const table = new RouteTable(routesOf(deps.webUi));
  const paging = new Paging(deps.budgets);
  const lists = new ServerLists(deps, paging);

  const always = Object.entries(headersOfEveryAnswer(deps.info.hubId));

  /** Lets in who may have what it asks for; else says why not. */
  function letIn(context: Context<AppEnv>, asker: Principal | HubError): HubError | undefined {
    if (HubError.is(asker)) return asker;
    context.set("principal", asker);
    context.set("whileKnown", (end) => gate.whileKnown(asker, headFrom(context), end));
    return (
      callers.admit(headFrom(context), asker, context.get("arrival"), context.env?.incoming) ??
      table.closed(asker, () => handlersFor(context))
    );
  }

  /** The answer to an error that the hub expects. What is refused because of who asks is kept in the audit. */
  function refuse(error: HubError, context: Context<AppEnv>): Response {
    const principal = context.get("principal") ?? nobody;
    // The pattern, and not the path: the ids of leases stand in paths.
    const path = handlersFor(context).at(-1)?.path ?? "*";
    deps.audit.refused({
      ...askerOf({ principal, context }),
      error,
      serverId: path.startsWith("/servers/:id") ? serverIn(context.req.path) : undefined,
      subject: `${context.req.method} ${path}`,
    });
    return refusalResponse(error, gate, context);
  }

  app.onError((error, context) => {
    if (HubError.is(error)) return refuse(error, context);
    const instance = newInstance();
    deps.onError(error, context.req.raw, instance);
    return problemResponse(faultError(), instance);
  });
  app.notFound((context) => notFound(app, context.req.raw));

  // The outermost layer: it sees the raw request before any route does.
  app.use(async (context, next) => {
    const outgoing = context.env?.outgoing;
    // Straight onto Node's response where there is one: the answer itself then stays as it was made.
    if (outgoing !== undefined) {
      for (const [name, value] of always) outgoing.setHeader(name, value);
    }
    const arrival = arrivals.of(receivedFrom(context));
    if (!HubError.is(arrival)) context.set("arrival", arrival);
    const judged = HubError.is(arrival) ? arrival : guarded(context.req.raw, arrival);
    const refusal = HubError.is(judged) ? judged : guard.refusal(judged);
    const cors =
      HubError.is(judged) || refusal !== undefined ? undefined : guard.corsOrigin(judged);
    if (refusal !== undefined) context.res = problemResponse(refusal);
    else if (cors !== undefined && isPreflight(context.req.raw)) {
      context.res = new Response(null, {
        status: 204,
        headers: preflightHeaders(context.req.header("access-control-request-headers")),
      });
    } else {
      const asked = gate.identify(headFrom(context));
      // Whoever asks an open hub does not wait.
      const refused = letIn(context, asked instanceof Promise ? await asked : asked);
      if (refused === undefined) await next();
      else context.res = refuse(refused, context);
    }
    if (outgoing === undefined) {
      const { headers } = context.res;
      for (const [name, value] of always) if (!headers.has(name)) headers.set(name, value);
    }
    if (cors !== undefined) {
      context.res.headers.set("access-control-allow-origin", cors);
      context.res.headers.set("access-control-expose-headers", exposedHeaders);
      context.res.headers.append("vary", "Origin");
    }
  });

  addRegisterRoute(app, deps, (principal) => lists.first(deps.sights.of(principal)));
  addLeaseRoutes(app, deps);
  addServerRoutes(app, deps, lists, paging);
  addAdmissionRoutes(app, deps);
  addHubRoute(app, deps);
  addPulseRoute(app, deps);
  addToolRoutes(app, deps, paging);
  addTrafficRoutes(app, deps);
  addToolsetRoutes(app, deps);
  addClaudeDesktopBundleRoute(app, deps);
  addClientConfigRoutes(app, deps);
  addPythonClientRoutes(app);
  addEventRoutes(app, deps, paging);
  addDiagnoseRoute(app, deps);
  addTokenRoutes(app, deps);
  addSessionRoutes(app, deps);
  addResourceMetadataRoute(app, deps.resourceMetadata);
  addOperationRoutes(app, deps);
  addMetricsRoute(app, deps);
  addLogLevelRoute(app, deps);
  addAuditRoute(app, deps, paging);
  addDocsRoutes(app, deps);
  if (deps.webUi !== undefined) addWebUiRoutes(app, deps.webUi);
  app.get("/", (context) =>
    context.json({
      name: "MCP Hub",
      version: deps.info.version,
      servers: "/servers",
      events: "/events",
      docs: "/docs",
    }),
  );
  table.check(app.routes.filter(({ method }) => method !== "ALL"));
  return app;
}
