import { actorOf, type Principal } from "@hub/core/access";
import type { Asker } from "@hub/core/storage";
import type { Context } from "hono";
import { type AppEnv, addressOf } from "./hono.js";

/** Who asks for something, for the audit. */
export function askerOf({
  principal,
  context,
}: {
  readonly principal: Principal;
  readonly context: Context<AppEnv>;
}): Asker {
  return { who: actorOf(principal), from: addressOf(context) };
}
