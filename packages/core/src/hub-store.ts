import type { AuditStore } from "./audit.js";
import type { CredentialStore } from "./credential-store.js";
import type { SeriesStore } from "./past/series-store.js";
import type { SessionStore } from "./session-store.js";
import type { SignInStore } from "./sign-in-store.js";
import type { RegistryStore } from "./store.js";
import type { TokenStore } from "./token-store.js";
import type { ToolsetStore } from "./toolset-store.js";

/**
 * Where all that a hub keeps survives: its servers with their journal and histories (this object itself),
 * saved selections, sessions of clients, who is signed in to the page, tokens, credentials for servers, the audit,
 * and calls and statuses over time. Every adapter runs `describeHubStore` of `@hub/core/testing`.
 */
export interface HubStore extends RegistryStore {
  /** Closed with this store. */
  readonly toolsets: ToolsetStore;
  /** Closed with this store. */
  readonly sessions: SessionStore;
  /** Closed with this store. */
  readonly signIns: SignInStore;
  /** Closed with this store. */
  readonly credentials: CredentialStore;
  /** Closed with this store. */
  readonly tokens: TokenStore;
  /** Closed with this store. */
  readonly audit: AuditStore;
  /** Closed with this store. */
  readonly series: SeriesStore;
}
