import type { getServer } from "@hub/api";
import type { Entry, Registry } from "@hub/core";
import { attentionOf } from "@hub/core/diagnosis";
import { shownCredentials } from "./credentials.js";
import type { AppDeps } from "./ports.js";
import type { RouteCall } from "./serve.js";
import { etagOf, serverDetail } from "./views.js";

/** A request that is answered with all that the hub knows of one server. */
export type DetailCall = Pick<RouteCall<typeof getServer>, "json" | "principal">;

/** What deserves attention about an entry, beyond its instances. */
const entryWarnings = (registry: Registry, entry: Entry): string[] =>
  attentionOf(entry, registry.neighbours(entry.record.id)).map(
    ({ cause, fix }) => `${cause} ${fix}`,
  );

/** Probes and heartbeats change it without a new revision, so clients ask for it each time. */
export function answerDetail(
  call: DetailCall,
  entry: Entry,
  { registry, credentials }: Pick<AppDeps, "registry" | "credentials">,
): Response {
  const detail = serverDetail(entry, registry.now(), entryWarnings(registry, entry));
  const held = shownCredentials(credentials, entry, call.principal);
  const whole = held === undefined ? detail : { ...detail, credentials: held };
  return call.json(200, whole, { etag: etagOf(entry.record), "cache-control": "no-store" });
}
