import {
  type CredentialList,
  type CredentialView,
  confirmCredentials,
  listCredentials,
  removeCredentials,
  setCredential,
} from "@hub/api";
import { type Entry, type Registry, serverNotFound } from "@hub/core";
import { type Principal, policyOf, subjectOf } from "@hub/core/access";
import { notSent } from "@hub/probe";
import { requireMay } from "../access/refusals.js";
import { type CredentialState, type Credentials, originsOf } from "../credentials/credentials.js";
import { askerOf } from "./asker.js";
import { parseJson } from "./body.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { maySeeEntry } from "./seen.js";
import { type RouteCall, serve } from "./serve.js";
import { instant, shownPlace } from "./views.js";

/** What admins of a server see of its credentials; undefined for everybody else, and when there are none. */
export function shownCredentials(
  credentials: Credentials,
  entry: Entry,
  principal: Principal,
): CredentialView[] | undefined {
  const held = credentials.of(entry);
  const mayKnow = held.length > 0 && policyOf(principal).may("admin", subjectOf(entry.record));
  return mayKnow ? held.map(credentialView) : undefined;
}

function credentialView(credential: CredentialState): CredentialView {
  const { name, kind, origins, setAt, setBy, tokenEndpoint, state } = credential;
  return {
    name,
    kind,
    origins: [...origins],
    setAt: instant(setAt),
    setBy,
    ...(tokenEndpoint === undefined ? {} : { tokenEndpoint }),
    state,
  };
}

/** The routes with which admins give the hub what it proves itself with to servers. */
export function addCredentialRoutes(
  app: HubApp,
  { registry, credentials, probeAgain }: AppDeps,
): void {
  const list = (entry: Entry): CredentialList => {
    const { id } = entry.record;
    const { endpoint } = shownPlace(entry);
    const problem = notSent(credentials.standing(id, endpoint), endpoint, id);
    return {
      origins: [...originsOf(entry)],
      credentials: credentials.of(entry).map(credentialView),
      ...(problem === undefined ? {} : { problem: { ...problem } }),
    };
  };
  /** Tells what changed, and has the server looked at; whoever changed it does not wait for that. */
  const changed = async (
    { record: { id } }: Entry,
    change: "set" | "removed" | "confirmed",
    names: readonly string[],
  ) => {
    if (names.length === 0) return;
    await registry.tellCredentials(id, { change, names });
    probeAgain(id).catch(() => {
      // It is gone, or the hub stops: then there is nothing to look at.
    });
  };

  serve(app, listCredentials, (call) =>
    call.json(200, list(administered(registry, call)), { "cache-control": "no-store" }),
  );

  serve(app, setCredential, async (call) => {
    const entry = administered(registry, call);
    const given = call.body(await call.sent(parseJson));
    const { name } = await credentials.set(entry, given, askerOf(call));
    await changed(entry, "set", [name]);
    return call.json(200, list(entry));
  });

  serve(app, removeCredentials, async (call) => {
    const entry = administered(registry, call);
    await changed(
      entry,
      "removed",
      await credentials.remove(entry.record.id, call.query.name, askerOf(call)),
    );
    return call.json(200, list(entry));
  });

  serve(app, confirmCredentials, async (call) => {
    const entry = administered(registry, call);
    const { origins } = call.body(await call.sent(parseJson));
    await changed(entry, "confirmed", await credentials.confirm(entry, origins, askerOf(call)));
    return call.json(200, list(entry));
  });
}

/** The server of a call, for its admins. What somebody may not see is not there. */
function administered(
  registry: Registry,
  { params, principal }: Pick<RouteCall<typeof listCredentials>, "params" | "principal">,
): Entry {
  const entry = registry.get(params.id);
  if (entry === undefined || !maySeeEntry(principal, entry.record))
    throw serverNotFound(params.id.slice(0, 100));
  requireMay(principal, "admin", subjectOf(entry.record));
  return entry;
}
