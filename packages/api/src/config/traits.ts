/** What decides which endpoints a client is told of. */
export type Traits = {
  /** Whether it connects to servers of the old HTTP+SSE transport. */
  readonly speaksSse: boolean;
  /**
   * What becomes of the list of tools. `read`: a model reads all of it. `searched`: the program shows its
   * model what it searches for, and is given the whole list. `used`: a program calls tools by their names.
   * Default: read.
   */
  readonly list?: "read" | "searched" | "used";
  /** Whether the text becomes the command line of a program, pasted by a person or started by the client. */
  readonly isCommandLine?: true;
};

/** Of the frameworks, whose data programs ask for without their texts. */
export const frameworkTraits = {
  langchain: { speaksSse: true },
  adk: { speaksSse: false },
  "ai-sdk": { speaksSse: true },
  "openai-agents": { speaksSse: true },
  "claude-agent-sdk": { speaksSse: true, list: "searched" },
  mastra: { speaksSse: true },
  "mcp-use": { speaksSse: true },
  fastmcp: { speaksSse: true, list: "used" },
  strands: { speaksSse: true },
  "mcp-servers": { speaksSse: true, list: "used" },
} as const satisfies Readonly<Record<string, Traits>>;
