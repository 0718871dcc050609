import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { otelPackages, ownFolder, versions } from "./packages.js";
import { protocols } from "./wished.js";

const root = join(import.meta.dirname, "../../../..");
const manifest = JSON.parse(readFileSync(join(root, "packages/server/package.json"), "utf8"));

const lineOf = (text: string, part: string) =>
  text.split("\n").findIndex((line) => line.includes(part));

describe("the packages of OpenTelemetry", () => {
  test("are optional peers, in the versions that a person is told to install and the tests have", () => {
    for (const [name, version] of Object.entries(versions)) {
      const full = `@opentelemetry/${name}`;
      expect(manifest.peerDependencies[full]).toBe(`^${version}.0`);
      expect(manifest.peerDependenciesMeta[full]).toEqual({ optional: true });
      expect(manifest.dependencies[full]).toBeUndefined();
      expect(manifest.devDependencies[full]).toMatch(new RegExp(`^${version}\\.\\d+$`));
    }
  });

  test.each(protocols)("are found for %s", (protocol) => {
    expect(otelPackages(protocol)).toMatchObject({
      found: { exporter: { OTLPTraceExporter: expect.any(Function) } },
    });
  });

  test("the guide says to install these versions, in a folder of their own", () => {
    const guide = readFileSync(join(root, "docs/guides/monitor.md"), "utf8");
    const told = [...guide.matchAll(/@opentelemetry\/([\w-]+)@([\d.]+)/g)];
    expect(told.length).toBeGreaterThan(4);
    const [first = "", second = ""] = guide.split("\n").slice(lineOf(guide, ownFolder.install));
    expect(first).toContain(`${ownFolder.install} @opentelemetry/api@`);
    expect(second).toContain(`${ownFolder.variable} `);
    for (const [, name = "", version] of told) expect(versions).toMatchObject({ [name]: version });
  });
});
