import { type Entry, type Now, serverStatus } from "@hub/core";
import type { Principal } from "@hub/core/access";
import { verdictOf } from "@hub/core/diagnosis";
import { isJsonObject, type JsonObject } from "@hub/core/json";
import { shownProfile } from "@hub/core/shown";
import type { JsonRpcRequest } from "@hub/mcp";
import { callableTools, mayCallWhole } from "../catalogue/callable.js";
import { hubToolNames } from "../catalogue/hub-tool-definitions.js";
import { usableTools } from "../catalogue/items.js";
import { sameEndpoints } from "../catalogue/same-endpoints.js";
import type { View } from "../catalogue/view.js";
import type { SearchTools } from "../search/catalogue-search.js";
import { type AskDoctor, diagnose } from "./diagnose-tool.js";
import { findTools } from "./find-tools.js";
import { toolError, toolResult } from "./results.js";

/** The answer to a call of one of the hub's own tools, now or in a while, or the call that it stands for. */
export type HubToolOutcome =
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "later"; readonly text: Promise<string> }
  | { readonly kind: "call"; readonly call: JsonRpcRequest };

export type HubToolsOptions = {
  readonly search: SearchTools;
  readonly diagnose: AskDoctor;
  readonly now: () => Now;
};

/** Servers that one answer names at most. */
const mostServers = 200;

/** The tools the hub itself offers: what is there, which tool does something, and calling it. */
export class HubTools {
  readonly #options: HubToolsOptions;

  constructor(options: HubToolsOptions) {
    this.#options = options;
  }

  /** Undefined for every call that is none of the hub's. */
  handle(
    view: View,
    request: JsonRpcRequest,
    isModern: boolean,
    principal: Principal,
  ): HubToolOutcome | undefined {
    if (!view.selection.hubTools) return undefined;
    const given = request.params?.arguments;
    const args = isJsonObject(given) ? given : {};
    switch (request.params?.name) {
      case hubToolNames.listServers:
        return this.#answer(request, isModern, listServers(view, args, this.#options.now()));
      case hubToolNames.findTools:
        return this.#answer(request, isModern, findTools(view, this.#options.search, args));
      case hubToolNames.callTool:
        return this.#callTool(request, isModern, args);
      case hubToolNames.diagnose:
        // In search mode the list of servers says what is wrong with each.
        if (view.selection.mode === "search") return undefined;
        return {
          kind: "later",
          text: diagnose(view, principal, this.#options.diagnose, args).then((found) =>
            answerText(request, isModern, found),
          ),
        };
      default:
        return undefined;
    }
  }

  /** The call that a call of `hub__call_tool` stands for; its answer is the tool's own. */
  #callTool(request: JsonRpcRequest, isModern: boolean, args: JsonObject): HubToolOutcome {
    const problem = problemOfCall(args);
    if (problem !== undefined) return this.#answer(request, isModern, problem);
    const { name, arguments: inner = {} } = args;
    return {
      kind: "call",
      call: { ...request, params: { ...request.params, name, arguments: inner } },
    };
  }

  #answer(request: JsonRpcRequest, isModern: boolean, found: JsonObject | string): HubToolOutcome {
    return { kind: "answer", text: answerText(request, isModern, found) };
  }
}

function answerText({ id }: JsonRpcRequest, isModern: boolean, found: JsonObject | string): string {
  const result = typeof found === "string" ? toolError(found) : toolResult(found);
  return JSON.stringify({
    jsonrpc: "2.0",
    id,
    result: isModern ? { resultType: "complete", ...result } : result,
  });
}

function listServers(view: View, args: JsonObject, now: Now): JsonObject {
  const query = typeof args.query === "string" ? args.query.toLowerCase() : undefined;
  const away = view.selected.filter(({ record }) => view.entry(record.id) === undefined);
  const shown = [...view.servers, ...away].filter(
    (entry) =>
      (args.status === undefined || serverStatus(entry.instances) === args.status) &&
      (args.tag === undefined ||
        (shownProfile(entry.record).tags ?? []).some((tag) => tag === args.tag)) &&
      (query === undefined || textOf(view, entry).includes(query)),
  );
  return JSON.parse(
    JSON.stringify({
      servers: shown.slice(0, mostServers).map((entry) => summaryOf(view, entry, now)),
      total: shown.length,
      ...sameEndpointOf(shown),
      ...missingOf(view),
    }),
  );
}

function summaryOf(view: View, entry: Entry, now: Now): Record<string, unknown> {
  const { record, instances, snapshot } = entry;
  const { selection } = view;
  const mayCall = callableTools(selection, record);
  const offered = mayCallWhole(selection, record) ? snapshot : undefined;
  const { description, tags, lifecycle, replacedBy } = shownProfile(record);
  return {
    id: record.id,
    name: record.name,
    description,
    status: serverStatus(instances),
    tags,
    lifecycle,
    replacedBy: isNamed(view, replacedBy) ? replacedBy : undefined,
    tools: snapshot?.tools.filter(({ key }) => mayCall(key)).length ?? 0,
    prompts: offered?.prompts.length ?? 0,
    resources: offered?.resources.length ?? 0,
    problem: faultOf(entry, now),
  };
}

/** Whether a server that another one names may be told of. */
function isNamed({ selection, selected }: View, serverId: string | undefined): boolean {
  return selection.policy === undefined || selected.some(({ record }) => record.id === serverId);
}

/** What keeps a server from being used, and what to do about it. */
function faultOf(entry: Entry, now: Now) {
  const fault = verdictOf({ entry, now }).problems.find(({ severity }) => severity === "fault");
  return fault === undefined ? undefined : { cause: fault.cause, fix: fault.fix };
}

/** Who is listed twice: a model would take one tool for two. */
function sameEndpointOf(servers: readonly Entry[]) {
  const sameEndpoint = sameEndpoints(servers);
  return sameEndpoint.length === 0 ? {} : { sameEndpoint };
}

/** What is not there now, and why: an answer without it would look complete. */
function missingOf(view: View) {
  return view.missing.length === 0 ? {} : { missing: view.missing };
}

function textOf({ selection }: View, { record, snapshot }: Entry): string {
  const tools = snapshot === undefined ? [] : usableTools(snapshot).tools;
  const names = tools.map(({ item }) => item.key).filter(callableTools(selection, record));
  const { title, description, tags } = shownProfile(record);
  return [record.name, title, description, ...(tags ?? []), ...names].join(" ").toLowerCase();
}

/** What is wrong with the arguments of `hub__call_tool`; undefined when nothing is. */
function problemOfCall({ name, arguments: inner }: JsonObject): string | undefined {
  if (typeof name !== "string")
    return `Expected name to be the name of a tool, got ${JSON.stringify(name) ?? "nothing"}.`;
  if (name === hubToolNames.callTool) return `${hubToolNames.callTool} cannot call itself.`;
  return inner === undefined || isJsonObject(inner)
    ? undefined
    : `Expected arguments to be an object, got ${JSON.stringify(inner).slice(0, 100)}.`;
}
