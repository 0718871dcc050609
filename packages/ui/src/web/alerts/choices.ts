import { stored } from "../parts/stored.js";
import type { Scope } from "./trouble.js";

/** How this browser tells of trouble. */
export type Choices = Scope & { readonly notifies: boolean; readonly sounds: boolean };

const texts = (value: unknown) =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];

export const choices = stored<Choices>("mcp-hub-alerts", (found) => {
  const given: Readonly<Record<string, unknown>> =
    typeof found === "object" && found !== null ? { ...found } : {};
  return {
    notifies: given.notifies === true,
    sounds: given.sounds === true,
    servers: texts(given.servers),
    tags: texts(given.tags),
  };
});
