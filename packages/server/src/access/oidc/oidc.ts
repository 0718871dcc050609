import type { Clock } from "@hub/core";
import type { OperatorFetch } from "@hub/dial";
import type { Log } from "../../log.js";
import { CodeFlow } from "../sign-in/code-flow.js";
import { Issuer } from "./issuer.js";
import { JwtAuthenticator } from "./jwt-authenticator.js";
import { Principals } from "./principals.js";
import type { OidcSettings } from "./settings.js";

export type OidcOptions = {
  readonly settings: OidcSettings;
  readonly ask: OperatorFetch;
  /** The URLs that the hub has. May change until it listens. */
  readonly bases: () => readonly string[];
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "warn">;
};

/** Loaded when the first token comes: a hub without an issuer never needs it. */
const loadJose = () => import("jose");

/** What a hub with issuers has of them. */
export type Oidc = {
  readonly authenticator: JwtAuthenticator;
  /** Looks whether the issuers can be reached, and says so in the log when not. Never rejects. */
  look(stopping: AbortSignal): Promise<void>;
  /** The issuer that knows people. */
  readonly people: { readonly issuer: Issuer; readonly flow: CodeFlow } | undefined;
};

/** Undefined when no issuer is configured. */
export function createOidc({ settings, ask, bases, clock, log }: OidcOptions): Oidc | undefined {
  const { people, workloads = [] } = settings;
  const configured = [...(people === undefined ? [] : [people]), ...workloads];
  if (configured.length === 0) return undefined;
  const issuers = configured.map((one) => {
    const issuer: Issuer = new Issuer({
      settings: one,
      ask,
      now: () => clock.monotonic(),
      jose: loadJose,
      onNewKeys: () => authenticator.keysChanged(issuer),
    });
    return issuer;
  });
  const principals = new Principals(settings);
  const authenticator: JwtAuthenticator = new JwtAuthenticator({
    issuers,
    principals,
    bases,
    clock,
    jose: loadJose,
    log,
  });
  const look = async (stopping: AbortSignal) => {
    for (const one of issuers)
      await one.look().catch((error: unknown) => {
        if (!stopping.aborted) authenticator.tellUnreachable(one, error);
      });
  };
  const [issuer] = issuers;
  if (people === undefined || issuer === undefined)
    return { authenticator, look, people: undefined };
  const flow = new CodeFlow({ issuer, people, principals, ask, jose: loadJose, clock });
  return { authenticator, look, people: { issuer, flow } };
}
