import type { Entry } from "@hub/core";
import { isJsonObject } from "@hub/core/json";
import {
  codes,
  type HeaderParameter,
  type JsonRpcError,
  type JsonRpcRequest,
  memberAt,
  type Params,
  textWithArguments,
  withNameAt,
} from "@hub/mcp";
import { failureError } from "../errors.js";
import type { Received } from "../wire/read-message.js";
import { mayCallWhole } from "./callable.js";
import { mayBeOf, ownUri } from "./naming.js";
import type { ShownItem } from "./part.js";
import { mayMatch } from "./template-match.js";
import type { View } from "./view.js";

/** Where a request goes, and how it reads there. */
export type Route = {
  readonly entry: Entry;
  readonly params: Params | undefined;
  /** What is asked for, as its server calls it; missing for what has no name of its own. */
  readonly name?: string;
  /** Arguments that travel in headers as well. */
  readonly headers?: readonly HeaderParameter[];
  /** Other servers that may have it, when nobody lists it. */
  readonly others?: readonly Entry[];
};

export type Routing = { readonly route: Route } | { readonly error: JsonRpcError };

/** How a message was written; `isInside`: it came as the arguments of the one that was written so. */
export type Written = Pick<Received, "text" | "nameAt"> & { readonly isInside?: boolean };

const argumentsPath = ["params", "arguments"];

/** The arguments of a request as they were written, so that their numbers have all their digits. */
export function argumentsText({ text, isInside }: Written): string | undefined {
  return memberAt(text, isInside === true ? [...argumentsPath, "arguments"] : argumentsPath);
}

const named = new Set(["tools/call", "prompts/get"]);

/**
 * A request as it was written, where nothing but a name has to change, so that its arguments arrive as they
 * were sent: numbers with all their digits. Undefined where more changes.
 */
export function textFor(
  written: Written,
  message: JsonRpcRequest,
  route: Route,
): string | undefined {
  const { method, params } = message;
  if (written.isInside === true)
    return textWithArguments({ ...message, params: { ...route.params } }, argumentsText(written));
  if (route.name !== undefined && named.has(method))
    return withNameAt(written.text, written.nameAt, route.name);
  const isUnchanged = method === "resources/read" && route.params?.uri === params?.uri;
  return isUnchanged ? written.text : undefined;
}

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 200) ?? "nothing";

const invalid = (message: string, data?: unknown): Routing => ({
  error: { code: codes.invalidParams, message, ...(data === undefined ? {} : { data }) },
});

/** What is asked of one server by what it offers. */
export const calledMethods: ReadonlySet<string> = new Set([
  "tools/call",
  "prompts/get",
  "resources/read",
  "completion/complete",
]);

/** Finds the server that a request is for, by what the view shows. Nothing is found by splitting names. */
export function routeRequest(view: View, method: string, params: Params | undefined): Routing {
  switch (method) {
    case "tools/call":
      return byName(view, "tool", params);
    case "prompts/get":
      return byName(view, "prompt", params);
    case "completion/complete":
      return byReference(view, params);
    default:
      return byUri(view, params);
  }
}

/** Of those that are shown first: what is gone takes no name from anybody. */
function found(view: View, what: "tool" | "prompt", name: string): ShownItem | undefined {
  const inList = (of: View) => (what === "tool" ? of.tools : of.prompts).get(name);
  return inList(view) ?? inList(view.complete);
}

const ownerIn = (view: View, serverId: string) =>
  view.entry(serverId) ?? view.complete.entry(serverId);

/** What is asked of a server whose offers the hub could never read: why it could not. */
function unread(view: View, name: unknown): Routing | undefined {
  if (typeof name !== "string") return undefined;
  const { alone, prefix } = view.selection;
  const entry = view.selected.find(
    ({ record, snapshot }) =>
      snapshot === undefined &&
      (alone === record.id || (prefix === "always" && mayBeOf(record.id, name))),
  );
  const cause = view.missing.find(({ server }) => server === entry?.record.id)?.reason;
  if (entry === undefined || cause === undefined) return undefined;
  return { error: failureError({ code: "SERVER_UNAVAILABLE", cause, mayHaveRun: false }, entry) };
}

function byName(view: View, what: "tool" | "prompt", params: Params | undefined): Routing {
  const name = params?.name;
  const item = typeof name === "string" ? found(view, what, name) : undefined;
  const entry = item === undefined ? undefined : ownerIn(view, item.serverId);
  if (item === undefined || entry === undefined)
    return unread(view, name) ?? invalid(unknownText(view, what, name), { [what]: name });
  return {
    route: {
      entry,
      params: { ...params, name: item.name },
      name: item.name,
      headers: item.headers,
    },
  };
}

function unknownText(view: View, what: string, name: unknown): string {
  const missing = view.missing.filter(({ listed }) => !listed).map(({ server }) => server);
  const hint =
    missing.length === 0
      ? `${what}s/list shows those that exist.`
      : `${what}s/list shows those that exist. What ${missing.slice(0, 5).join(", ")} offers is missing from it now.`;
  return `Unknown ${what}: ${shown(name)}. ${hint}`;
}

function byReference(view: View, params: Params | undefined): Routing {
  const reference = params?.ref;
  if (!isJsonObject(reference))
    return invalid(`Expected params.ref to be a reference, got ${shown(reference)}`);
  if (reference.type === "ref/prompt") {
    const prompt = byName(view, "prompt", { name: reference.name });
    if ("error" in prompt) return prompt;
    const { entry, name = "" } = prompt.route;
    return { route: { entry, name, params: { ...params, ref: { ...reference, name } } } };
  }
  if (reference.type === "ref/resource") {
    const found = byUri(view, { uri: reference.uri });
    if ("error" in found) return found;
    const { entry, params: located } = found.route;
    return {
      route: { entry, params: { ...params, ref: { ...reference, uri: located?.uri } } },
    };
  }
  return invalid(
    `Expected params.ref.type to be "ref/prompt" or "ref/resource", got ${shown(reference.type)}`,
  );
}

function byUri(view: View, params: Params | undefined): Routing {
  const uri = params?.uri;
  if (typeof uri !== "string") return invalid(`Expected params.uri to be a URI, got ${shown(uri)}`);
  const located =
    view.resources.get(uri) ?? view.templates.get(uri) ?? view.complete.resources.get(uri);
  const own =
    located === undefined ? ownUri(uri) : { serverId: located.serverId, uri: located.name };
  const entry = own === undefined ? undefined : ownerIn(view, own.serverId);
  if (own !== undefined && entry !== undefined && mayCallWhole(view.selection, entry.record))
    return { route: { entry, params: { ...params, uri: own.uri } } };
  const matching = matchingTemplate(view, uri);
  const byTemplate = matching === undefined ? undefined : view.entry(matching.serverId);
  if (byTemplate !== undefined) return { route: { entry: byTemplate, params } };
  // A server may link to what it does not list, so those that have resources at all are asked.
  const [first, ...others] = view.wholeServers.filter(({ snapshot }) =>
    isJsonObject(snapshot?.capabilities.resources),
  );
  if (first === undefined)
    return invalid(`Resource not found: ${shown(uri)}. resources/list shows those that exist.`, {
      uri,
    });
  return { route: { entry: first, params, others } };
}

function matchingTemplate(view: View, uri: string) {
  for (const item of view.templates.values()) if (mayMatch(item.exposed, uri)) return item;
  return undefined;
}
