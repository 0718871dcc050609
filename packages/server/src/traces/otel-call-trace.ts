import type { CallError, CallTrace, TracedCall, TraceMeta } from "@hub/gateway";
import type { Attributes, Context, Span, Tracer } from "@opentelemetry/api";
import { attributesOf, attributesOfError, attributesOfServer, spanNameOf } from "./attributes.js";
import type { OtelPackages } from "./packages.js";
import type { Origin, TraceContexts } from "./trace-contexts.js";

type Outcome = Parameters<CallTrace["end"]>[0];

/** One call as spans: that of the hub as the server of its client, and one for each request to a server behind it. */
export class OtelCallTrace implements CallTrace {
  readonly #api: OtelPackages["api"];
  readonly #tracer: Tracer;
  readonly #contexts: TraceContexts;
  readonly #name: string;
  readonly #attributes: Attributes;
  readonly #origin: Origin;
  readonly #span: Span;
  readonly #context: Context;
  /** The request that has no answer yet. */
  #sent: Span | undefined;

  constructor(api: OtelPackages["api"], tracer: Tracer, contexts: TraceContexts, call: TracedCall) {
    this.#api = api;
    this.#tracer = tracer;
    this.#contexts = contexts;
    this.#name = spanNameOf(call);
    this.#attributes = attributesOf(call);
    this.#origin = contexts.of(call);
    const { parent, links } = this.#origin;
    const from = call.from === undefined ? {} : { "client.address": call.from };
    this.#span = tracer.startSpan(
      this.#name,
      { kind: api.SpanKind.SERVER, attributes: { ...this.#attributes, ...from }, links },
      parent,
    );
    this.#context = api.trace.setSpan(parent, this.#span);
  }

  sent(to: { readonly instanceId: string; readonly endpoint: string }): TraceMeta {
    // A request that did not run, as one in a session that its server had forgotten.
    if (this.#sent !== undefined) this.#endSent({ "error.type": "not_run" });
    const api = this.#api;
    const attributes = { ...this.#attributes, ...attributesOfServer(to) };
    const options = { kind: api.SpanKind.CLIENT, attributes };
    this.#sent = this.#tracer.startSpan(this.#name, options, this.#context);
    return this.#contexts.metaOf(api.trace.setSpan(this.#context, this.#sent), this.#origin);
  }

  answered(): void {
    this.#endSent({});
  }

  failed(error: CallError): void {
    const { "error.type": type, ...rest } = attributesOfError(error);
    // No answer came, so there is no code of one: that is what the hub tells its client.
    const { "rpc.response.status_code": _, ...own } = rest;
    this.#endSent({ ...own, "error.type": error.hubError ?? type });
  }

  end(outcome: Outcome, error: CallError | undefined): void {
    const attributes = endingOf(outcome, error);
    this.#endSent(attributes);
    this.#endSpan(this.#span, attributes);
  }

  #endSent(attributes: Attributes): void {
    const span = this.#sent;
    this.#sent = undefined;
    if (span !== undefined) this.#endSpan(span, attributes);
  }

  #endSpan(span: Span, attributes: Attributes): void {
    span.setAttributes(attributes);
    if (attributes["error.type"] !== undefined)
      span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
    span.end();
  }
}

function endingOf(outcome: Outcome, error: CallError | undefined): Attributes {
  switch (outcome) {
    case "ok":
      return {};
    case "tool-error":
      return { "error.type": "tool_error" };
    case "cancelled":
      // What its client took back has not failed.
      return { "mcp_hub.cancelled": true };
    case "error":
    case "hub-error":
      return attributesOfError(error ?? { code: undefined });
    default:
      return outcome satisfies never;
  }
}
