import { z } from "zod";
import { defineRoute } from "./route.js";

const settingSchema = z
  .object({
    name: z.string().describe("The environment variable that changes it."),
    value: z
      .union([z.string(), z.number(), z.array(z.string()), z.null()])
      .describe("What is in force. A secret is `set`, whatever it is; null: there is none."),
    unit: z.enum(["milliseconds", "bytes", "items"]).optional().describe("Of a number."),
    source: z
      .enum(["default", "variable", "file", "program"])
      .describe(
        "`variable`: the environment says so. `file`: a file that the environment names. `program`: the program that the hub is a part of.",
      ),
    from: z
      .string()
      .optional()
      .describe("Which variable, where several could say it; or which file."),
    meaning: z.string(),
  })
  .meta({ id: "Setting" });

export const listSettings = defineRoute({
  method: "get",
  path: "/settings",
  tag: "Operations",
  access: "admin",
  summary: "Every setting of the hub as it is in force",
  description:
    "What the hub runs with since its start. No answer holds a secret. To change a setting, change its variable and restart the hub.",
  answers: {
    200: {
      description: "All of them: what is on, then times, then budgets.",
      content: { "application/json": z.object({ settings: z.array(settingSchema) }) },
    },
  },
});

/** The levels of the hub's own log: each has the lines of those before it. */
export const logLevels = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;

const logLevelSchema = z.strictObject({ level: z.enum(logLevels) });

export const setLogLevel = defineRoute({
  method: "put",
  path: "/settings/log-level",
  tag: "Operations",
  access: "admin",
  summary: "Change what the hub's log has, until the hub is restarted",
  description:
    "Only of the hub that is asked, where several are on one database. `GET /settings` has the level as LOG_LEVEL.",
  body: { "application/json": logLevelSchema },
  answers: {
    200: {
      description: "The level that is in force now.",
      content: { "application/json": logLevelSchema },
    },
  },
  errors: ["INVALID_REQUEST", "UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE"],
});

export type LogLevelView = z.output<typeof logLevelSchema>;
export type SettingView = z.output<typeof settingSchema>;
export type SettingList = { readonly settings: readonly SettingView[] };
