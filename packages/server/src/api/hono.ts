import type { HttpBindings } from "@hono/node-server";
import type { Principal } from "@hub/core/access";
import { plainAddress } from "@hub/core/limits";
import type { Context, Hono } from "hono";

export type AppEnv = {
  Bindings: Partial<HttpBindings>;
  Variables: {
    /** Who is asking. */
    principal: Principal;
  };
};
export type HubApp = Hono<AppEnv>;

/** The address a request came from; undefined when it did not come over a socket. */
export function addressOf(context: Context<AppEnv>): string | undefined {
  const address = context.env?.incoming?.socket?.remoteAddress;
  return address === undefined ? undefined : plainAddress(address);
}
