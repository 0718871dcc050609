/** The variables of a process. */
type Environment = Readonly<Record<string, string | undefined>>;

/** How traces go to their collector, by the names that OpenTelemetry has for it. */
export const protocols = ["http/protobuf", "http/json"] as const;

export type Protocol = (typeof protocols)[number];

/** Whether somebody wants traces, or why those that somebody wants cannot be. */
export type Wished =
  | { readonly kind: "off" }
  | { readonly kind: "impossible"; readonly reason: string }
  | { readonly kind: "on"; readonly protocol: Protocol };

const endpoints = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"] as const;
const protocolNames = [
  "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
  "OTEL_EXPORTER_OTLP_PROTOCOL",
] as const;

const impossible = (reason: string): Wished => ({ kind: "impossible", reason });

/**
 * What the standard variables say about traces. `OTEL_TRACES_EXPORTER` says so, or else that there is an endpoint;
 * nothing else does, so that a variable which is set for all programs of a machine costs nothing here.
 */
export function wishedTraces(env: Environment): Wished {
  const of = (name: string) => env[name]?.trim() ?? "";
  if (of("OTEL_SDK_DISABLED").toLowerCase() === "true") return { kind: "off" };
  const exporter = of("OTEL_TRACES_EXPORTER").toLowerCase();
  const name = endpoints.find((one) => of(one) !== "");
  if (exporter === "none" || (exporter === "" && name === undefined)) return { kind: "off" };
  if (exporter !== "" && exporter !== "otlp")
    return impossible(`OTEL_TRACES_EXPORTER must be otlp or none, got ${short(exporter)}.`);
  if (name !== undefined && !isHttp(of(name)))
    return impossible(`${name} must be a URL with http: or https:, got ${short(of(name))}.`);
  const asked = protocolNames.find((one) => of(one) !== "");
  if (asked === undefined) return { kind: "on", protocol: protocols[0] };
  const protocol = protocols.find((one) => one === of(asked));
  return protocol === undefined
    ? impossible(`${asked} must be ${protocols.join(" or ")}, got ${short(of(asked))}.`)
    : { kind: "on", protocol };
}

/** A name and a password before the host are nobody's to read in a log. */
const short = (text: string) =>
  JSON.stringify(text.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, "$1").slice(0, 100));

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
