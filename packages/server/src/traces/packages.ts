import type * as api from "@opentelemetry/api";
import type * as core from "@opentelemetry/core";
import type * as overJson from "@opentelemetry/exporter-trace-otlp-http";
import type * as overProtobuf from "@opentelemetry/exporter-trace-otlp-proto";
import type * as resources from "@opentelemetry/resources";
import type * as sdk from "@opentelemetry/sdk-trace-base";
import { optionalPackage } from "../optional-package.js";
import type { Protocol } from "./wished.js";

/** The packages of OpenTelemetry that traces need, as far as the hub uses them. */
export type OtelPackages = {
  readonly api: typeof api;
  readonly core: typeof core;
  readonly resources: typeof resources;
  readonly sdk: typeof sdk;
  readonly exporter: typeof overProtobuf | typeof overJson;
};

const prefix = "@opentelemetry/";

/** Without the prefix, with the versions that work with each other and with every Node.js that the hub runs on. */
export const versions = {
  api: "1.9",
  core: "2.12",
  resources: "2.12",
  "sdk-trace-base": "2.12",
  "exporter-trace-otlp-proto": "0.223",
  "exporter-trace-otlp-http": "0.223",
} as const;

type Name = keyof typeof versions;

const exporters = {
  "http/protobuf": "exporter-trace-otlp-proto",
  "http/json": "exporter-trace-otlp-http",
} as const satisfies Record<Protocol, Name>;

/**
 * A folder of their own works beside a clone, in which npm installs nothing, as well as beside an installed hub. The
 * guide has the same lines.
 */
export const ownFolder = {
  install: "npm install --prefix ./otel",
  variable: "NODE_PATH=$PWD/otel/node_modules",
} as const;

/** The packages, or what a person does to have them. */
export function otelPackages(
  protocol: Protocol,
): { readonly found: OtelPackages } | { readonly fix: string } {
  const names = ["api", "core", "resources", "sdk-trace-base", exporters[protocol]] as const;
  const found = names.map((name) => optionalPackage(prefix + name));
  if (found.includes(undefined)) {
    const wanted = names.map((name) => `${prefix}${name}@${versions[name]}`);
    const { install, variable } = ownFolder;
    return { fix: `${install} ${wanted.join(" ")}, then start the hub with ${variable}` };
  }
  const [api, core, resources, sdk, exporter] = found;
  // Each is what its name says; one of another version shows when it is used, which is caught.
  return { found: { api, core, resources, sdk, exporter } as OtelPackages };
}
