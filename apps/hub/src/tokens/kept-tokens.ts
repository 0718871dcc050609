import {
  type HubClient,
  HubClientError,
  type MadeTokenView,
  type TokenInput,
  type TokenView,
} from "@hub/client";
import { HubError, systemClock } from "@hub/core";
import { commandLine } from "../command-line/audit-line.js";
import { CommandError, type FailureKind } from "../command-line/command-error.js";
import type { CommandContext } from "../command-line/context.js";

type Made = Pick<MadeTokenView, "id" | "name" | "grants" | "expiresAt" | "token" | "notice">;

/** The tokens of a hub, wherever they are at this moment. */
export interface KeptTokens {
  /** The file or database that they are in, for people; undefined when a hub answers for them. */
  readonly place: string | undefined;
  list(): Promise<readonly TokenView[]>;
  create(token: TokenInput): Promise<Made>;
  revoke(id: string): Promise<void>;
}

/**
 * Hands over the tokens of the hub that is asked; where no address was given and no hub answers, those in the
 * store that this machine's hub would open. A file is held meanwhile, so that no hub can start on it; a hub that
 * starts on a database reads what is written there.
 * @throws CommandError when neither can be had.
 */
export async function withTokens<Result>(
  context: CommandContext,
  use: (tokens: KeptTokens) => Promise<Result>,
): Promise<Result> {
  const client = await context.hub();
  try {
    await client.version(context.interrupted);
  } catch (error) {
    const isGiven = context.hubOption !== undefined || Boolean(context.environment.MCP_HUB_URL);
    if (isGiven || !HubClientError.is(error) || error.code !== "UNREACHABLE") throw error;
    return inStore(context, use);
  }
  return use(overRest(client, context.interrupted));
}

function overRest(client: HubClient, signal: AbortSignal): KeptTokens {
  return {
    place: undefined,
    list: async () => (await client.tokens(signal)).tokens,
    create: (token) => client.createToken(token, signal),
    revoke: (id) => client.revokeToken(id, signal),
  };
}

async function inStore<Result>(
  { environment, hubUrl }: CommandContext,
  use: (tokens: KeptTokens) => Promise<Result>,
): Promise<Result> {
  const [{ parseConfig }, { openStore, storeText }, { Tokens, tokenView }] = await Promise.all([
    import("../config.js"),
    import("../choose-store.js"),
    import("@hub/server"),
  ]);
  const parsed = parseConfig(environment);
  if (!parsed.ok) throw new CommandError("failed", parsed.problems.join("\n"));
  const { config } = parsed;
  const { tokensFile } = config;
  const store = await openStore(config, {}).catch((error: unknown) => {
    throw HubError.is(error) && "usedBy" in error.details ? usedByHub(hubUrl(), error) : error;
  });
  try {
    // A file has one hub at a time, and refused already.
    const hubs = await store.shared?.hubs.connected();
    if (hubs !== undefined && hubs.size > 0) throw usedByHub(hubUrl());
    const tokens = await Tokens.open({ store: store.tokens, clock: systemClock });
    return await use({
      place: storeText(config),
      // `Unchanging` says only that nobody changes it.
      list: async () =>
        tokens.list().map((known) => tokenView(known, systemClock.wall()) as TokenView),
      create: async (input) => {
        const { known, token } = await tokens
          .create(input, commandLine, tokensFile === undefined && !tokens.isConfigured)
          .catch(explained);
        return { ...(tokenView(known, systemClock.wall()) as TokenView), token };
      },
      revoke: (id) => tokens.revoke(id, true, commandLine).catch(explained),
    });
  } finally {
    await store.close();
  }
}

/** No command ends a hub that runs: it is to be asked, at the address where it listens. */
function usedByHub(asked: string, error?: HubError): CommandError {
  const usedBy = error?.details.usedBy;
  const who = typeof usedBy === "number" ? ` (process ${usedBy})` : "";
  return new CommandError(
    "failed",
    `A hub${who} runs on this data, but does not answer at ${asked}. Give the address at which it listens: --hub <url>, or MCP_HUB_URL.`,
    { code: "STORE_UNAVAILABLE", cause: error },
  );
}

const kinds: Readonly<Record<string, FailureKind>> = {
  TOKEN_NOT_FOUND: "notFound",
  INVALID_REQUEST: "usage",
  REGISTRY_FULL: "refused",
};

/** What the hub's own code throws, in the terms of the command line. */
function explained(error: unknown): never {
  if (!HubError.is(error)) throw error;
  const { code, message } = error;
  throw new CommandError(kinds[code] ?? "failed", message, { code, cause: error });
}
