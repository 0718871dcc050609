import {
  type ClientCapabilities,
  codes,
  type JsonRpcError,
  modernCode,
  outsideEnvelope,
  type Params,
  taskKeys,
} from "@hub/mcp";
import {
  type McpServer,
  ProtocolError,
  type ServerCapabilities,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { clientCapabilitiesOf } from "./envelope.js";
import type { ServerDescription } from "./handshake.js";
import { HeldCalls } from "./held-calls.js";
import { ModernCall } from "./modern-call.js";
import { ownSdk, type Sdk } from "./sdk.js";
import { ToolSchemas } from "./tool-schemas.js";
import type { Upstream } from "./upstream.js";
import { toPlain } from "./written-numbers.js";
import { writtenParams } from "./written-request.js";

/** A server for one stateless call, and what to do when the call is over. */
interface Borrowed {
  readonly upstream: Upstream;
  release(): void;
}

export interface ModernBridgeOptions {
  /** The connection that stands for the server as a whole. */
  readonly reference: Upstream;
  borrow(client: ClientCapabilities, method: string): Promise<Borrowed>;
  /** Default: the one this package carries. */
  readonly sdk?: () => Promise<Sdk>;
}

const methodsByCapability: Readonly<Record<string, readonly string[]>> = {
  tools: ["tools/list", "tools/call"],
  resources: ["resources/list", "resources/templates/list", "resources/read"],
  prompts: ["prompts/list", "prompts/get"],
  completions: ["completion/complete"],
};

const passedCapabilities = [
  "tools",
  "resources",
  "prompts",
  "completions",
  "logging",
  "experimental",
];

/** Serves requests of the 2026-07-28 revision from servers that speak the 2025 one. */
export class ModernBridge {
  readonly #options: ModernBridgeOptions;
  readonly #held = new HeldCalls();
  readonly #schemas: ToolSchemas;

  constructor(options: ModernBridgeOptions) {
    this.#options = options;
    this.#schemas = new ToolSchemas(options.reference);
  }

  /** One SDK server for one request. */
  async createServer(): Promise<McpServer> {
    const description: ServerDescription = await this.#options.reference.describe();
    const experimental = {
      ...asObject(description.capabilities.experimental),
      [taskKeys.capability]: asObject(description.capabilities.tasks),
    };
    const capabilities = Object.fromEntries(
      Object.entries({ ...description.capabilities, experimental }).filter(([name]) =>
        passedCapabilities.includes(name),
      ),
    ) as ServerCapabilities; // the server's own words, known names only
    const schemas = capabilities.tools === undefined ? new Map() : await this.#schemas.current();
    const { McpServer } = (await this.#options.sdk?.()) ?? ownSdk;
    const server = new McpServer(description.serverInfo, {
      capabilities,
      ...(description.instructions === undefined ? {} : { instructions: description.instructions }),
    });
    // The SDK refuses contradicting headers by the schemas it finds here.
    server.toolInputSchemaJson = (name) => schemas.get(name);
    // Only what the server has: anything else must be answered with "method not found".
    for (const [capability, methods] of Object.entries(methodsByCapability)) {
      if (description.capabilities[capability] === undefined) continue;
      for (const method of methods) {
        server.server.setRequestHandler(
          method as "tools/call",
          (request, context) =>
            // The SDK types one result per method; here it is whatever the server behind answered.
            this.#serve(request as Received, context) as Promise<never>,
        );
      }
    }
    return server;
  }

  close(): void {
    this.#held.close();
  }

  async #serve(request: Received, context: ServerContext): Promise<unknown> {
    const call = await this.#callOf(request, context);
    const step = await call.next();
    if ("questions" in step) {
      return {
        resultType: "input_required",
        inputRequests: toPlain(step.questions, free),
        requestState: this.#held.hold(call),
      };
    }
    if (step.outcome.error !== undefined) throw modernError(step.outcome.error);
    const result = toPlain(step.outcome.result, free);
    return request.method === "tools/list" ? withTaskSupport(result) : result;
  }

  async #callOf(request: Received, context: ServerContext): Promise<ModernCall> {
    const state = context.mcpReq.requestState();
    if (state !== undefined) {
      const call = typeof state === "string" ? this.#held.take(state) : undefined;
      if (call === undefined || call.method !== request.method) {
        call?.giveUp("The requestState was sent with another method");
        throw new ProtocolError(codes.invalidParams, "Invalid or expired requestState");
      }
      call.resume(context);
      return call;
    }
    const { upstream, release } = await this.#options.borrow(
      clientCapabilitiesOf(context),
      request.method,
    );
    return new ModernCall(
      upstream,
      { method: request.method, params: paramsOf(request, context) },
      context,
      release,
    );
  }
}

interface Received {
  readonly method: string;
  readonly params?: Params;
}

/** Members of results that hold anything; what else has a number is checked by the SDK to be one. */
const free: ReadonlySet<string> = new Set([
  "structuredContent",
  "inputSchema",
  "outputSchema",
  "_meta",
]);

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** A list of tools that says in each tool's `_meta` what 2026-07-28 has no member for. */
function withTaskSupport(result: unknown): unknown {
  const { tools, ...rest } = asObject(result);
  if (!Array.isArray(tools)) return result;
  const shown = tools.map((tool: unknown) => {
    const { execution, _meta, ...definition } = asObject(tool);
    if (execution === undefined) return tool;
    return { ...definition, _meta: { ...asObject(_meta), [taskKeys.tool]: execution } };
  });
  return { ...rest, tools: shown };
}

/** The request's parameters as a 2025 server expects them: the modern envelope stays outside. */
function paramsOf(request: Received, context: ServerContext): Params {
  const written = writtenParams();
  const meta = outsideEnvelope({ ...(written?._meta ?? context.mcpReq._meta) });
  const { _meta, ...given } = request.params ?? {};
  const params = "arguments" in given ? { ...given, ...argumentsOf(written) } : given;
  return Object.keys(meta).length === 0 ? params : { ...params, _meta: meta };
}

function argumentsOf(params: Params | undefined): Params {
  return params?.arguments === undefined ? {} : { arguments: params.arguments };
}

function modernError(error: JsonRpcError): ProtocolError {
  const code = Number(toPlain(error.code));
  return new ProtocolError(modernCode(code), error.message, error.data);
}
