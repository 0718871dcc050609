import type { Clock, HubStore } from "@hub/core";
import { createOperatorFetch } from "@hub/dial";
import type { Audit } from "../audit/audit.js";
import { describeError } from "../describe-error.js";
import type { HubConfig } from "../hub-config.js";
import type { Listener } from "../listen.js";
import type { Log } from "../log.js";
import { StartError } from "../start-error.js";
import { Gate, type GateOptions } from "./gate.js";
import type { Guesses } from "./guesses.js";
import { needsAccess } from "./needs-access.js";
import { createOidc, type Oidc } from "./oidc/oidc.js";
import { type ResourceMetadata, resourceMetadataOf } from "./oidc/resource-metadata.js";
import { ownUrls } from "./own-urls.js";
import type { Profile } from "./profile.js";
import { bonds } from "./sign-in/bonds.js";
import { Sessions } from "./sign-in/sessions.js";
import { Tokens } from "./tokens/tokens.js";
import { TokensFile } from "./tokens/tokens-file.js";

/** What a program adds to the ways of proving who one is. */
export type AccessOptions = Pick<GateOptions, "authenticators" | "challengeParameters">;

type AccessParts = AccessOptions & {
  readonly config: HubConfig;
  readonly profile: Profile;
  readonly store: HubStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: Audit;
  readonly guesses: Guesses;
  readonly ownAddresses: () => Listener["addresses"];
};

/** Everything that proves who is asking, and the gate that asks. */
export type Access = {
  readonly gate: Gate;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly oidc: Oidc | undefined;
  /** Tells clients where to sign in; undefined without an issuer for people. */
  readonly resourceMetadata: ResourceMetadata | undefined;
  close(): Promise<void>;
};

/**
 * Opens the ways of proving who one is. Throws StartError for a hub that other machines reach without being asked who
 * they are, or whose tokens file cannot be read, and what the store throws; then nothing is left open.
 */
export async function openAccess(parts: AccessParts): Promise<Access> {
  const { config, clock, log, audit, store, ownAddresses } = parts;
  const tokens = await Tokens.open({ store: store.tokens, clock });
  const tokensFile =
    config.tokensFile === undefined
      ? undefined
      : await TokensFile.open({ file: config.tokensFile, tokens, log, audit });
  const operatorFetch = createOperatorFetch();
  const closeSources = async () => {
    tokensFile?.close();
    tokens.close();
    await operatorFetch.close();
  };
  try {
    const oidc = createOidc({
      settings: config.oidc,
      ask: operatorFetch.ask,
      bases: () => ownUrls(config.publicUrl, ownAddresses()),
      clock,
      log,
    });
    const sessions = await Sessions.load({
      clock,
      lastsMs: config.signInMs,
      follow: (principal) => tokens.follow(principal),
      bondOf: bonds(tokens, config.oidc),
      store: store.signIns,
      onStoreFailure: (error) => log.warn("sign-in-not-forgotten", { error: describeError(error) }),
    });
    tokens.onGone((principalId) => sessions.endOf(principalId));
    const authenticators = [
      tokens,
      ...(oidc === undefined ? [] : [oidc.authenticator]),
      sessions,
      ...(parts.authenticators ?? []),
    ];
    const isNetwork = parts.profile === "network";
    if (isNetwork && !authenticators.some((one) => one.isConfigured))
      throw new StartError(needsAccess(config));
    const { people } = config.oidc;
    const resourceMetadata = people === undefined ? undefined : resourceMetadataOf(people);
    const gate = new Gate({
      challengeParameters: parts.challengeParameters ?? resourceMetadata?.challengeParameters,
      authenticators,
      isNetwork,
      guesses: parts.guesses,
    });
    return {
      gate,
      tokens,
      sessions,
      oidc,
      resourceMetadata,
      close: async () => {
        oidc?.authenticator.close();
        await sessions.close();
        await closeSources();
      },
    };
  } catch (error) {
    await closeSources();
    throw error;
  }
}
