/** What servers ask and clients answer, the same in every cell, so that each side can check the other. */

export const formQuestion = {
  message: "Which word?",
  requestedSchema: {
    type: "object",
    properties: { word: { type: "string" } },
    required: ["word"],
  },
} as const;

export const urlQuestion = {
  message: "Please sign in",
  url: "https://example.com/sign-in?state=cells",
} as const;

export const samplingQuestion = {
  text: "Say something short",
  maxTokens: 20,
} as const;

/** Clients answer with their own name in each answer. */
export const answers = {
  word: (client: string) => `word of ${client}`,
  sample: (client: string) => `sample of ${client}`,
  root: (client: string) => `file:///home/${client}`,
} as const;

export const logLevels = ["debug", "info", "warning", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export const progressSteps = 5;
