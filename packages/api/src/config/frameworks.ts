import type { Connection, Target } from "./connection.js";

/**
 * What the constructors of frameworks take, as plain data: no framework is imported. Nothing in it may be
 * `readonly`, because most of their types are not.
 */

const short = ({ transport }: Connection) => (transport === "sse" ? "sse" : "http");
const headersOf = ({ headers }: Target) => (headers === undefined ? {} : { headers });
const requestOf = ({ headers }: Target) =>
  headers === undefined ? {} : { requestInit: { headers } };

function byKey<Entry>(
  targets: readonly Target[],
  entry: (target: Target) => Entry,
): Record<string, Entry> {
  return Object.fromEntries(targets.map((one) => [one.key, entry(one)]));
}

/** For `new MultiServerMCPClient(...)` of @langchain/mcp-adapters. */
export type LangChainConfig = {
  mcpServers: Record<
    string,
    {
      transport: "http" | "sse";
      url: string;
      automaticSSEFallback?: boolean;
      headers?: Record<string, string>;
    }
  >;
  onConnectionError?: "ignore";
  prefixToolNameWithServerName?: boolean;
};

/**
 * Of several servers, one that is away takes nothing from the others. Of a single one nothing would be left,
 * so its failure is told. Without `automaticSSEFallback: false`, it would be told as that of a second attempt.
 */
export function langChainConfig(targets: readonly Target[]): LangChainConfig {
  return {
    mcpServers: byKey(targets, (one) => ({
      transport: short(one),
      url: one.url,
      ...(one.transport === "sse" ? {} : { automaticSSEFallback: false }),
      ...headersOf(one),
    })),
    ...(targets.length === 1
      ? {}
      : { onConnectionError: "ignore", prefixToolNameWithServerName: true }),
  };
}

/** For `new MCPToolset(...arguments)` of @google/adk: parameters, filter (none) and prefix. */
export type AdkArguments = [
  parameters: {
    type: "StreamableHTTPConnectionParams";
    url: string;
    transportOptions?: { requestInit: { headers: Record<string, string> } };
  },
  toolFilter?: string[],
  prefix?: string,
];

/** One list of arguments for each toolset. It reads headers only from `transportOptions`. */
export function adkArguments(targets: readonly Target[]): AdkArguments[] {
  return targets.map((one) => {
    const parameters = {
      type: "StreamableHTTPConnectionParams" as const,
      url: one.url,
      ...(one.headers === undefined
        ? {}
        : { transportOptions: { requestInit: { headers: one.headers } } }),
    };
    return targets.length === 1 ? [parameters] : [parameters, [], one.key];
  });
}

/** For `createMCPClient(...)` of @ai-sdk/mcp. */
export type AiSdkConfig = {
  transport: { type: "http" | "sse"; url: string; headers?: Record<string, string> };
};

/** A client of one endpoint: it has no prefixes to keep the tools of several apart. */
export function aiSdkConfig(target: Target): AiSdkConfig {
  return { transport: { type: short(target), url: target.url, ...headersOf(target) } };
}

/** For `new MCPServerStreamableHttp(...)` of @openai/agents. */
export type OpenAIAgentsOptions = {
  name: string;
  url: string;
  requestInit?: { headers: Record<string, string> };
};

/** Give several to `getAllMcpTools` with `includeServerInToolNames: true`. */
export function openAIAgentsOptions(targets: readonly Target[]): OpenAIAgentsOptions[] {
  return targets.map((one) => ({ name: one.key, url: one.url, ...requestOf(one) }));
}

/** For the options of `query(...)` of @anthropic-ai/claude-agent-sdk, and for files named `.mcp.json`. */
export type McpServersConfig = {
  mcpServers: Record<
    string,
    { type: "http" | "sse"; url: string; headers?: Record<string, string> }
  >;
};

/** Hosts that read it put the key before each tool's name. */
export function mcpServersConfig(targets: readonly Target[]): McpServersConfig {
  return {
    mcpServers: byKey(targets, (one) => ({ type: short(one), url: one.url, ...headersOf(one) })),
  };
}

/** For `new MCPClient(...)` of @mastra/mcp, once each `url` is a URL. */
export type MastraConfig<Url = URL> = {
  servers: Record<string, { url: Url; requestInit?: { headers: Record<string, string> } }>;
};

/** It puts the key before each tool's name by itself. It takes a URL, which JSON has not. */
export function mastraConfig<Url>(
  targets: readonly Target[],
  urlOf: (url: string) => Url,
): MastraConfig<Url> {
  return { servers: byKey(targets, (one) => ({ url: urlOf(one.url), ...requestOf(one) })) };
}

/** For `MCPClient.fromDict(...)` of mcp-use. */
export type McpUseConfig = {
  mcpServers: Record<
    string,
    {
      url: string;
      transport: "http" | "sse";
      disableSseFallback?: boolean;
      headers?: Record<string, string>;
    }
  >;
};

export function mcpUseConfig(targets: readonly Target[]): McpUseConfig {
  return {
    mcpServers: byKey(targets, (one) => ({
      url: one.url,
      transport: short(one),
      ...(one.transport === "sse" ? {} : { disableSseFallback: true }),
      ...headersOf(one),
    })),
  };
}

/** For `Client(...)` of FastMCP in Python. */
export type FastMcpConfig = {
  mcpServers: Record<
    string,
    { url: string; transport: "http" | "sse"; headers?: Record<string, string> }
  >;
};

/** It puts `{key}_` before each tool's name where there are several. */
export function fastMcpConfig(targets: readonly Target[]): FastMcpConfig {
  return {
    mcpServers: byKey(targets, (one) => ({
      url: one.url,
      transport: short(one),
      ...headersOf(one),
    })),
  };
}

/** For `McpClient.loadServers(...)` of @strands-agents/sdk. */
export type StrandsConfig = Record<
  string,
  {
    url: string;
    transport: "streamable-http" | "sse";
    prefix?: string;
    continueOnError?: boolean;
    headers?: Record<string, string>;
  }
>;

export function strandsConfig(targets: readonly Target[]): StrandsConfig {
  const isAlone = targets.length === 1;
  return byKey(targets, (one) => ({
    url: one.url,
    transport: one.transport === "sse" ? ("sse" as const) : ("streamable-http" as const),
    ...(isAlone ? {} : { prefix: one.key, continueOnError: true }),
    ...headersOf(one),
  }));
}

/** For `MultiServerMCPClient(**...)` of langchain-mcp-adapters in Python. */
export type LangChainPythonConfig = {
  connections: Record<
    string,
    { transport: "streamable_http" | "sse"; url: string; headers?: Record<string, string> }
  >;
  tool_name_prefix?: boolean;
};

export function langChainPythonConfig(targets: readonly Target[]): LangChainPythonConfig {
  return {
    connections: byKey(targets, (one) => ({
      transport: one.transport === "sse" ? ("sse" as const) : ("streamable_http" as const),
      url: one.url,
      ...headersOf(one),
    })),
    ...(targets.length === 1 ? {} : { tool_name_prefix: true }),
  };
}
