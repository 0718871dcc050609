import type { getServer } from "@hub/api";
import type { Entry } from "@hub/core";
import { isAdmitted } from "@hub/core/access";
import { attentionOf } from "@hub/core/diagnosis";
import { shownCredentials } from "./credentials.js";
import type { AppDeps } from "./ports.js";
import { maySeeEntry } from "./seen.js";
import type { RouteCall } from "./serve.js";
import { etagOf, serverDetail } from "./views.js";

/** A request that is answered with all that the hub knows of one server. */
export type DetailCall = Pick<RouteCall<typeof getServer>, "json" | "principal">;

/** What deserves attention about an entry, beyond its instances. */
const entryWarnings = (entry: Entry, neighbours: readonly Entry[]): string[] =>
  attentionOf(entry, neighbours).map(({ cause, fix }) => `${cause} ${fix}`);

const nameOf = ({ record: { id, name } }: Entry) => ({ id, name });

/** Probes and heartbeats change it without a new revision, so clients ask for it each time. */
export function answerDetail(
  call: DetailCall,
  entry: Entry,
  { registry, credentials }: Pick<AppDeps, "registry" | "credentials">,
): Response {
  const { record } = entry;
  const sees = (other: Entry) => maySeeEntry(call.principal, other.record);
  const neighbours = registry.neighbours(record.id).filter(sees);
  const detail = serverDetail(entry, registry.now(), entryWarnings(entry, neighbours));
  const lookAlikes = isAdmitted(record)
    ? {}
    : { lookAlikes: registry.lookAlikes(record.name).filter(sees).map(nameOf) };
  const held = shownCredentials(credentials, entry, call.principal);
  return call.json(
    200,
    { ...detail, ...lookAlikes, ...(held === undefined ? {} : { credentials: held }) },
    { etag: etagOf(record), "cache-control": "no-store" },
  );
}
