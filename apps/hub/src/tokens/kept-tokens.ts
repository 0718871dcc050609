import { join } from "node:path";
import {
  type HubClient,
  HubClientError,
  type MadeTokenView,
  type TokenInput,
  type TokenView,
} from "@hub/client";
import { HubError, systemClock } from "@hub/core";
import { CommandError, type FailureKind } from "../command-line/command-error.js";
import type { CommandContext } from "../command-line/context.js";
import { shortPath } from "../short-path.js";

type Made = Pick<MadeTokenView, "id" | "name" | "grants" | "expiresAt" | "token" | "notice">;

/** The tokens of a hub, wherever they are at this moment. */
export interface KeptTokens {
  /** The file that they are in, for people; undefined when a hub answers for them. */
  readonly file: string | undefined;
  list(): Promise<readonly TokenView[]>;
  create(token: TokenInput): Promise<Made>;
  revoke(id: string): Promise<void>;
}

/**
 * Hands over the tokens of the hub that is asked; where no address was given and no hub answers, those in the
 * store of this machine's hub, which is held meanwhile so that no hub can start on it.
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
    file: undefined,
    list: async () => (await client.tokens(signal)).tokens,
    create: (token) => client.createToken(token, signal),
    revoke: (id) => client.revokeToken(id, signal),
  };
}

async function inStore<Result>(
  { environment }: CommandContext,
  use: (tokens: KeptTokens) => Promise<Result>,
): Promise<Result> {
  const [{ parseConfig }, { openSqliteStore }, { Tokens, tokenView }] = await Promise.all([
    import("../config.js"),
    import("@hub/store-sqlite"),
    import("@hub/server"),
  ]);
  const parsed = parseConfig(environment);
  if (!parsed.ok) throw new CommandError("failed", parsed.problems.join("\n"));
  const { dataDir, tokensFile } = parsed.config;
  const file = join(dataDir, "hub.db");
  const store = await openSqliteStore({ file }).catch(explained);
  try {
    const tokens = await Tokens.open({ store: store.tokens, clock: systemClock });
    const by = { who: { kind: "anonymous", id: "command-line" } } as const;
    return await use({
      file: shortPath(file),
      // `Unchanging` says only that nobody changes it.
      list: async () =>
        tokens.list().map((known) => tokenView(known, systemClock.wall()) as TokenView),
      create: async (input) => {
        const { known, token } = await tokens
          .create(input, by, tokensFile === undefined && !tokens.isConfigured)
          .catch(explained);
        return { ...(tokenView(known, systemClock.wall()) as TokenView), token };
      },
      revoke: (id) => tokens.revoke(id, true, by).catch(explained),
    });
  } finally {
    await store.close();
  }
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
