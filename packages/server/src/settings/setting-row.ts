import type { Profile } from "../access/profile.js";
import type { HubConfig } from "../hub-config.js";

/** What a setting is, as it is shown: a text, a number, a list, or that there is none. */
export type SettingValue = string | number | readonly string[] | null;

/** A hub as its settings see it. */
export type HubInForce = {
  readonly config: HubConfig;
  readonly profile: Profile;
  /** Whether there is a key that seals what is secret; it is made when it is first needed. */
  readonly hasKey: boolean;
  /** How many tokens the file of tokens has. */
  readonly fileTokens: number;
};

/** One setting that is no budget. */
export type SettingRow = {
  /** One line, as in the reference. */
  readonly meaning: string;
  /** What is in force. What a file holds is said in words, and a secret is only `set`. */
  readonly value: (hub: HubInForce) => SettingValue;
};
