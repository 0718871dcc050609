import type { HubStore, Registry } from "@hub/core";
import { describeError } from "../describe-error.js";
import type { Log } from "../log.js";
import { Credentials, type CredentialsDeps } from "./credentials.js";

/**
 * Opens the credentials of a store, says which of them the key does not open, and removes those of servers that are
 * forgotten. Rejects with what the store rejects.
 */
export async function openCredentials(
  store: HubStore,
  registry: Registry,
  deps: Omit<CredentialsDeps, "store">,
  log: Log,
): Promise<Credentials> {
  const credentials = await Credentials.open(
    { ...deps, store: store.credentials },
    // Another hub may be registering the server just now.
    (serverId) => store.shared !== undefined || registry.get(serverId) !== undefined,
  );
  if (credentials.unreadable.length > 0)
    log.warn("credentials-unreadable", {
      servers: credentials.unreadable,
      keyFile: deps.key.file,
      fix: "Put the key file back that they were sealed with, and restart the hub; or set them again.",
    });
  registry.subscribe((event) => {
    if (event.kind !== "forgotten" || event.instance !== undefined) return;
    credentials
      .remove(event.serverId)
      .catch((error) => log.error("credentials-not-removed", { error: describeError(error) }));
  });
  return credentials;
}
