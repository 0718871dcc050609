import { isJsonObject } from "@hub/core/json";
import type { TracedCall, TraceMeta } from "@hub/gateway";
import type { Context, Link } from "@opentelemetry/api";
import type { OtelPackages } from "./packages.js";

/** Where the trace of a call goes on. */
export type Origin = {
  readonly parent: Context;
  /** What else it belongs to. */
  readonly links: Link[];
  /** Baggage that came in a header alone, and goes on in `_meta`. */
  readonly baggage: string | undefined;
};

const fields = ["traceparent", "tracestate", "baggage"] as const;

/**
 * Reads the trace context of a call, and writes that of what goes out for it. As the conventions for MCP say, what
 * is in `params._meta` is the parent; a context in the headers is that of the transport, and is linked to. Where
 * `_meta` has none, the headers' is the parent, as for a program that asks over HTTP and knows nothing of MCP's.
 */
export class TraceContexts {
  readonly #api: OtelPackages["api"];
  readonly #propagator: InstanceType<OtelPackages["core"]["W3CTraceContextPropagator"]>;

  constructor({ api, core }: Pick<OtelPackages, "api" | "core">) {
    this.#api = api;
    this.#propagator = new core.W3CTraceContextPropagator();
  }

  of({ params, cameWith = {} }: TracedCall): Origin {
    const { trace } = this.#api;
    const meta = isJsonObject(params) && isJsonObject(params._meta) ? params._meta : {};
    const inMeta = this.#read(meta);
    const inHeaders = this.#read(cameWith);
    const transport = trace.getSpanContext(inHeaders);
    const isLinked = transport !== undefined && trace.getSpanContext(inMeta) !== undefined;
    return {
      parent: trace.getSpanContext(inMeta) === undefined ? inHeaders : inMeta,
      links: isLinked ? [{ context: transport }] : [],
      baggage: meta.baggage === undefined ? textOf(cameWith.baggage) : undefined,
    };
  }

  /** The span of a context as `_meta` says it, in place of whatever was there. */
  metaOf(context: Context, { baggage }: Pick<Origin, "baggage">): TraceMeta {
    const written: Record<string, string> = {};
    this.#propagator.inject(context, written, this.#api.defaultTextMapSetter);
    const { traceparent, tracestate } = written;
    // Nothing of one that cannot be read goes on.
    const state = tracestate === "" ? undefined : tracestate;
    return { traceparent, tracestate: state, ...(baggage === undefined ? {} : { baggage }) };
  }

  #read(carrier: Readonly<Record<string, unknown>>): Context {
    const given: Record<string, string> = {};
    for (const field of fields) {
      const text = textOf(carrier[field]);
      if (text !== undefined) given[field] = text;
    }
    const { ROOT_CONTEXT, defaultTextMapGetter } = this.#api;
    return this.#propagator.extract(ROOT_CONTEXT, given, defaultTextMapGetter);
  }
}

/** Longer ones are no trace context. */
const longest = 8_192;

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.length <= longest ? value : undefined;
}
