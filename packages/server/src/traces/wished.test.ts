import { describe, expect, test } from "vitest";
import { wishedTraces } from "./wished.js";

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.test:4318" };

describe("what the standard variables wish", () => {
  test("traces where one names an endpoint, or that they are sent", () => {
    const on = { kind: "on", protocol: "http/protobuf" };
    expect(wishedTraces(endpoint)).toEqual(on);
    expect(wishedTraces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c.test/x" })).toEqual(on);
    expect(wishedTraces({ OTEL_TRACES_EXPORTER: "otlp" })).toEqual(on);
    const json = { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" };
    expect(wishedTraces({ ...endpoint, ...json })).toEqual({ kind: "on", protocol: "http/json" });
    const ofTraces = { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf" };
    expect(wishedTraces({ ...endpoint, ...json, ...ofTraces })).toEqual(on);
  });

  test("none where nothing asks for them, or something forbids them", () => {
    for (const env of [
      {},
      { OTEL_SERVICE_NAME: "hub", OTEL_TRACES_SAMPLER: "always_on" },
      { OTEL_EXPORTER_OTLP_ENDPOINT: " " },
      { ...endpoint, OTEL_TRACES_EXPORTER: "none" },
      { ...endpoint, OTEL_SDK_DISABLED: "TRUE" },
      { OTEL_TRACES_EXPORTER: "zipkin", OTEL_SDK_DISABLED: "true" },
    ])
      expect(wishedTraces(env), JSON.stringify(env)).toEqual({ kind: "off" });
  });

  test("what cannot be says why, with the variable", () => {
    const reason = (env: Record<string, string>) => {
      const wished = wishedTraces(env);
      return wished.kind === "impossible" ? wished.reason : wished.kind;
    };
    expect(reason({ OTEL_TRACES_EXPORTER: "console" })).toBe(
      'OTEL_TRACES_EXPORTER must be otlp or none, got "console".',
    );
    expect(reason({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toBe(
      'OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf or http/json, got "grpc".',
    );
    expect(reason({ ...endpoint, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc" })).toBe(
      'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL must be http/protobuf or http/json, got "grpc".',
    );
    for (const wrong of ["collector:4318", "4318", "ftp://c.test"])
      expect(reason({ OTEL_EXPORTER_OTLP_ENDPOINT: wrong })).toContain(
        "OTEL_EXPORTER_OTLP_ENDPOINT must be a URL",
      );
    for (const secret of ["grpc://me:hunt/er2@c.test:4317", "me:hunter2@c.test:4317"])
      expect(reason({ OTEL_EXPORTER_OTLP_ENDPOINT: secret })).toMatch(
        /, got "(grpc:\/\/)?c\.test:4317"\.$/,
      );
  });
});
