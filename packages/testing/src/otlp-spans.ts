/** A span as a collector got it. */
export type CollectedSpan = {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly kind: "SERVER" | "CLIENT" | "other";
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly isError: boolean;
  readonly statusMessage: string;
  /** What the process says of itself. */
  readonly resource: Readonly<Record<string, unknown>>;
};

const kinds = { 2: "SERVER", 3: "CLIENT" } as const;
const kindOf = (kind: number | undefined) => (kind === 2 || kind === 3 ? kinds[kind] : "other");
const isError = (code: number | undefined) => code === 2;

type JsonValue = {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly boolValue?: boolean;
};
type JsonAttribute = { readonly key: string; readonly value: JsonValue };
type JsonSpan = {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly kind: number;
  readonly attributes?: readonly JsonAttribute[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number; readonly message?: string };
};
type JsonExport = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly JsonAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly JsonSpan[] }[];
  }[];
};

/** The spans of an export in JSON, as OTLP has it. */
export function spansOfJson(text: string): CollectedSpan[] {
  const { resourceSpans } = JSON.parse(text) as JsonExport; // What is no export fails where it is read.
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ status, links = [], kind, attributes = [], ...span }) => ({
        name: span.name,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? "",
        traceState: span.traceState ?? "",
        kind: kindOf(kind),
        attributes: jsonAttributes(attributes),
        links: links.map(({ traceId, spanId }) => ({ traceId, spanId })),
        isError: isError(status?.code),
        statusMessage: status?.message ?? "",
        resource: jsonAttributes(resource.attributes),
      })),
    ),
  );
}

function jsonAttributes(attributes: readonly JsonAttribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, boolValue } }) => [
      key,
      stringValue ?? (intValue === undefined ? boolValue : Number(intValue)),
    ]),
  );
}

/** The fields of a message in protobuf, by their numbers: bytes where they have a length, else numbers. */
type Fields = ReadonlyMap<number, readonly (Buffer | number)[]>;

/** The spans of an export in protobuf, by the field numbers of `opentelemetry/proto/trace/v1/trace.proto`. */
export function spansOfProtobuf(bytes: Buffer): CollectedSpan[] {
  return messages(fieldsOf(bytes), 1).flatMap((resourceSpans) => {
    const resource = messages(resourceSpans, 1).map((fields) => attributesIn(fields, 1))[0] ?? {};
    return messages(resourceSpans, 2).flatMap((scopeSpans) =>
      messages(scopeSpans, 2).map((span) => {
        const [status] = messages(span, 15);
        return {
          traceId: hex(span, 1),
          spanId: hex(span, 2),
          traceState: text(span, 3),
          parentSpanId: hex(span, 4),
          name: text(span, 5),
          kind: kindOf(numberIn(span, 6)),
          attributes: attributesIn(span, 9),
          links: messages(span, 13).map((link) => ({
            traceId: hex(link, 1),
            spanId: hex(link, 2),
          })),
          isError: status !== undefined && isError(numberIn(status, 3)),
          statusMessage: status === undefined ? "" : text(status, 2),
          resource,
        };
      }),
    );
  });
}

function attributesIn(fields: Fields, number: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(fields, number).map((attribute) => {
      const [value] = messages(attribute, 2);
      const bool = value?.get(2)?.[0];
      const given = value?.has(1) === true ? text(value, 1) : value?.get(3)?.[0];
      return [text(attribute, 1), bool === undefined ? given : bool === 1];
    }),
  );
}

function fieldsOf(bytes: Buffer): Fields {
  const fields = new Map<number, (Buffer | number)[]>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const type = tag & 7;
    let value: Buffer | number;
    if (type === 0) value = varint();
    else {
      const length = { 1: 8, 2: type === 2 ? varint() : 0, 5: 4 }[type];
      if (length === undefined || at + length > bytes.length)
        throw new Error(`no protobuf: type ${type} at ${at} of ${bytes.length}`);
      value = bytes.subarray(at, at + length);
      at += length;
    }
    fields.set(tag >>> 3, [...(fields.get(tag >>> 3) ?? []), value]);
  }
  return fields;
}

const buffers = (fields: Fields, number: number): Buffer[] =>
  (fields.get(number) ?? []).filter((value) => Buffer.isBuffer(value));
const messages = (fields: Fields, number: number) => buffers(fields, number).map(fieldsOf);
const text = (fields: Fields, number: number) => buffers(fields, number)[0]?.toString("utf8") ?? "";
const hex = (fields: Fields, number: number) => buffers(fields, number)[0]?.toString("hex") ?? "";
const numberIn = (fields: Fields, number: number) =>
  fields.get(number)?.find((value) => typeof value === "number");
