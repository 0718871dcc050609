import { randomBytes } from "node:crypto";
import { HubError, type HubStore } from "@hub/core";
import type { CredentialRow, SharedHubs } from "@hub/core/storage";
import { describeError } from "../describe-error.js";
import type { Log } from "../log.js";
import { StartError } from "../start-error.js";
import type { SealingKey, SecretKeyFile } from "./secret-key.js";

type KeyOfStore = Pick<SharedHubs, "keyId" | "claimKey">;

/** A key that others may share. `id`: empty where none could be made. */
export type DerivedKeys = Pick<SealingKey, "derive" | "id">;

/** Said of a hub that goes on with another key than its database's. */
export const anotherKeyText =
  "This hub has not the key of the hubs on its database, so it takes no credentials, and does not start once one is sealed there. Give it their key (MCP_HUB_SECRET_KEY_FILE), and restart it. If that key is lost, stop all hubs and run: mcp-hub rekey";

/**
 * The key that hubs on one store share. The first hub that starts there has its own noted, by an id that says nothing
 * of the key. A hub with another one goes on with a warning as long as nothing depends on it: no credential is sealed,
 * and the hubs do not talk to each other (`mustBeShared`). Otherwise it throws StartError, since it could read nothing
 * that is sealed, or be refused by the others; and so it does on a store where none is noted yet, and something is
 * sealed with another key. Throws STORE_UNAVAILABLE when a key that must be shared cannot be made.
 */
export async function obtainSharedKey(
  store: { readonly credentials: { load(): Promise<readonly CredentialRow[]> } },
  hubs: KeyOfStore,
  file: SecretKeyFile,
  { mustBeShared, log }: { readonly mustBeShared: boolean; readonly log: Log },
): Promise<DerivedKeys> {
  const noted = await hubs.keyId();
  const sealed = await sealedWith(store);
  const wanted = noted === undefined ? sealed : [noted];
  const isWanted = mustBeShared || sealed.length > 0;
  // A new key is made only where nothing wants another one.
  if (isWanted && wanted.some((id) => id !== file.current?.id)) throw anotherKey(wanted, file);
  let key: SealingKey;
  try {
    key = file.obtain();
  } catch (error) {
    if (mustBeShared) throw error;
    log.warn("no-key-for-other-hubs", { error: describeError(error) });
    return { id: "", derive: () => randomBytes(32) };
  }
  const agreed = await hubs.claimKey(key.id);
  if (agreed === key.id) return key;
  if (isWanted) throw anotherKey([agreed], file);
  log.warn("another-key", {
    key: key.id,
    noted: agreed,
    fix: "Give all hubs on this database one key (MCP_HUB_SECRET_KEY_FILE), before a credential is sealed; or stop them all and run: mcp-hub rekey",
  });
  return key;
}

/** Rejects with STORE_UNAVAILABLE when the hubs on the store have another key than this one. */
export async function assertSharedKey(
  { shared }: Pick<HubStore, "shared">,
  { current }: SecretKeyFile,
): Promise<void> {
  const noted = await shared?.hubs.keyId();
  if (noted === undefined || noted === current?.id) return;
  throw new HubError(
    "STORE_UNAVAILABLE",
    `The hubs on this database have the key ${noted}, and this one has ${current?.id ?? "none"} (ids, not keys): it was started with another, or theirs was replaced while it ran (mcp-hub rekey). Give it their key (MCP_HUB_SECRET_KEY_FILE), and restart it. If that key is lost, stop all hubs and run: mcp-hub rekey`,
  );
}

async function sealedWith(store: {
  readonly credentials: { load(): Promise<readonly CredentialRow[]> };
}): Promise<readonly string[]> {
  return [...new Set((await store.credentials.load()).map(({ keyId }) => keyId))];
}

function anotherKey(wanted: readonly string[], { file, current }: SecretKeyFile): StartError {
  const came = current === undefined ? `there is no file ${file}` : `${file} is ${current.id}`;
  return new StartError(
    `The hubs on this database have the key ${wanted.join(" and ")} (an id, not the key), and ${came}. Put the key file of the other hubs there, or set MCP_HUB_SECRET_KEY_FILE to it. If that key is lost or is to be replaced, stop all hubs and run: mcp-hub rekey`,
  );
}
