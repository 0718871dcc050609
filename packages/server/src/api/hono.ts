import type { HttpBindings } from "@hono/node-server";
import type { Principal } from "@hub/core/access";
import type { Context, Hono } from "hono";
import type { Arrival } from "../access/arrival.js";

export type AppEnv = {
  Bindings: Partial<HttpBindings>;
  Variables: {
    /** Who is asking. */
    principal: Principal;
    /** Calls `end` when whoever asks may ask no more. Returns how to stop that. */
    whileKnown: (end: () => void) => () => void;
    /** How the request came. */
    arrival: Arrival;
  };
};
export type HubApp = Hono<AppEnv>;

/** Where the client of a request is; undefined when that is not known. */
export function addressOf(context: Context<AppEnv>): string | undefined {
  return context.get("arrival").address;
}

/** The origin under which clients know the hub. */
export function publicUrlOf(context: Context<AppEnv>): string {
  return context.get("arrival").publicUrl;
}
