import type { FoundTool, ServerSummary } from "@hub/api";
import {
  type AdkArguments,
  type AiSdkConfig,
  adkArguments,
  aiSdkConfig,
  type FastMcpConfig,
  fastMcpConfig,
  frameworkTraits,
  gatewayUrl,
  type LangChainConfig,
  langChainConfig,
  type MastraConfig,
  type McpServersConfig,
  type McpUseConfig,
  mastraConfig,
  mcpServersConfig,
  mcpUseConfig,
  type OpenAIAgentsOptions,
  openAIAgentsOptions,
  type StrandsConfig,
  strandsConfig,
  type Target,
} from "@hub/api/config";
import { type Choice, choose, type Need } from "./choose.js";
import { type FindQuery, type Found, find } from "./find.js";
import { HubRoutes } from "./hub-routes.js";
import { everyServer, everyTool } from "./pages.js";
import type { ServersQuery, ToolsQuery, WatchedEvent } from "./queries.js";
import {
  type AdapterSelection,
  type GatewaySelection,
  selectionOf,
  targetsFor,
} from "./targets.js";
import { type WatchOptions, watchEvents } from "./watch.js";

/**
 * One hub: its REST API, and what a program asks it for. Every call rejects with a `HubClientError`, or with
 * a `TypeError` for what nobody can answer, and with nothing else.
 */
export class HubClient extends HubRoutes {
  /** All servers of a query, over all pages. */
  everyServer(
    query: Omit<ServersQuery, "cursor"> = {},
    signal?: AbortSignal,
  ): Promise<readonly ServerSummary[]> {
    return everyServer(this, query, signal);
  }

  /** All tools of a query, over all pages. */
  everyTool(
    query: Omit<ToolsQuery, "cursor"> = {},
    signal?: AbortSignal,
  ): Promise<readonly FoundTool[]> {
    return everyTool(this, query, signal);
  }

  /** The servers that fit a question in words, best first, each with the tools that fit and why. */
  find(question: string, query: FindQuery = {}, signal?: AbortSignal): Promise<readonly Found[]> {
    return find(this, question, query, signal);
  }

  /**
   * The one server to use for a need, a name, a tag or a tool: of those that fit, the best that is up, and
   * why. The same catalogue gives the same choice. Rejects with `NOT_UP` when what fits cannot be used now,
   * and with `NOTHING_FITS` when nothing does; both say what there is.
   */
  choose(need: Need, signal?: AbortSignal): Promise<Choice> {
    return choose(this, need, signal);
  }

  /**
   * The hub's events as they happen, each once and in order, over as many connections as it takes. An item
   * of kind `reset` says that the journal does not reach back to where this reader was.
   */
  watch(options: WatchOptions = {}): AsyncGenerator<WatchedEvent, void, void> {
    return watchEvents(this.requests, options);
  }

  /** The URL of the hub's MCP endpoint that shows a selection. Asks nobody. */
  gatewayUrl(selection: GatewaySelection = {}): string {
    return gatewayUrl(this.url, selectionOf(selection));
  }

  /** For `new MultiServerMCPClient(...)` of @langchain/mcp-adapters. */
  async toLangChain(selection: AdapterSelection = {}): Promise<LangChainConfig> {
    return langChainConfig(await this.#targets("langchain", selection));
  }

  /** For `new MCPToolset(...)` of @google/adk: a list of arguments for each toolset. */
  async toAdk(selection: AdapterSelection = {}): Promise<AdkArguments[]> {
    return adkArguments(await this.#targets("adk", selection));
  }

  /** For `createMCPClient(...)` of @ai-sdk/mcp. `direct` must select one server only. */
  async toAiSdk(selection: AdapterSelection = {}): Promise<AiSdkConfig> {
    const [target, ...more] = await this.#targets("ai-sdk", selection);
    if (target === undefined || more.length > 0)
      throw new TypeError(
        "Expected one server for via: a client of the AI SDK has one endpoint, and would not keep equal names of several apart. Leave via out to get all of them through the hub",
      );
    return aiSdkConfig(target);
  }

  /**
   * For `new MCPServerStreamableHttp(...)` of @openai/agents: options for each server. Give several to
   * `getAllMcpTools` with `includeServerInToolNames: true`.
   */
  async toOpenAIAgents(selection: AdapterSelection = {}): Promise<OpenAIAgentsOptions[]> {
    return openAIAgentsOptions(await this.#targets("openai-agents", selection, false));
  }

  /** For the options of `query(...)` of @anthropic-ai/claude-agent-sdk. */
  async toClaudeAgentSdk(selection: AdapterSelection = {}): Promise<McpServersConfig> {
    return mcpServersConfig(await this.#targets("claude-agent-sdk", selection));
  }

  /** For `new MCPClient(...)` of @mastra/mcp. */
  async toMastra(selection: AdapterSelection = {}): Promise<MastraConfig> {
    return mastraConfig(await this.#targets("mastra", selection), (url) => new URL(url));
  }

  /** For `MCPClient.fromDict(...)` of mcp-use. */
  async toMcpUse(selection: AdapterSelection = {}): Promise<McpUseConfig> {
    return mcpUseConfig(await this.#targets("mcp-use", selection));
  }

  /** For `Client(...)` of FastMCP in Python, as JSON. */
  async toFastMcp(selection: AdapterSelection = {}): Promise<FastMcpConfig> {
    return fastMcpConfig(await this.#targets("fastmcp", selection));
  }

  /** For `McpClient.loadServers(...)` of @strands-agents/sdk. */
  async toStrands(selection: AdapterSelection = {}): Promise<StrandsConfig> {
    return strandsConfig(await this.#targets("strands", selection));
  }

  /** The `mcpServers` that most other programs read. */
  async toMcpServers(selection: AdapterSelection = {}): Promise<McpServersConfig> {
    return mcpServersConfig(await this.#targets("mcp-servers", selection));
  }

  /** `speaksSse`: false where one constructor has to do for all. */
  #targets(
    framework: keyof typeof frameworkTraits,
    selection: AdapterSelection,
    speaksSse: boolean = frameworkTraits[framework].speaksSse,
  ): Promise<readonly Target[]> {
    return targetsFor(this, { ...frameworkTraits[framework], speaksSse }, selection);
  }
}
