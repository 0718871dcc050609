import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** Which of our packages each one may import. The REST code and the gateway never see each other. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  api: ["core"],
  mcp: ["core"],
  dial: ["core"],
  "store-sqlite": ["core"],
  probe: ["dial", "mcp", "core"],
  gateway: ["mcp", "core"],
  server: ["api", "gateway", "probe", "dial", "store-sqlite", "mcp", "core"],
  client: ["api", "core"],
  register: ["client", "mcp", "core"],
  ui: ["api", "client", "core"],
  testing: ["api", "server", "gateway", "probe", "dial", "store-sqlite", "mcp", "core"],
};

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function importsOf(path: string): string[] {
  const text = readFileSync(path, "utf8");
  const statements =
    /^(?:import|export|\}).*from "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm;
  return [...text.matchAll(statements)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

const packages = readdirSync(join(root, "packages"));

describe("the house", () => {
  test("every package has a place in the direction of imports", () => {
    expect(packages.filter((name) => mayImport[name] === undefined)).toEqual([]);
  });

  test.each(packages)(
    "%s imports only what lies below it, and says so in its package.json",
    (name) => {
      const folder = join(root, "packages", name);
      const allowed = (mayImport[name] ?? []).map((one) => `@hub/${one}`);
      const ofTests = [...packages.map((one) => `@hub/${one}`)];
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
      expect(declared.filter((one) => one.startsWith("@hub/") && !allowed.includes(one))).toEqual(
        [],
      );
      for (const path of sources(join(folder, "src"))) {
        for (const specifier of importsOf(path)) {
          const own = /^@hub\/[^/]+/.exec(specifier)?.[0];
          if (own !== undefined && own !== `@hub/${name}`) {
            const may = path.endsWith(".test.ts") ? ofTests : allowed;
            expect([path, may]).toEqual([path, expect.arrayContaining([own])]);
          }
          // A relative path must not lead into another package either.
          if (specifier.startsWith("."))
            expect(join(path, "..", specifier)).toContain(`/packages/${name}/`);
        }
      }
    },
  );

  test("a program that installs the client installs nothing else", () => {
    const manifest = JSON.parse(readFileSync(join(root, "packages/client/package.json"), "utf8"));
    expect([manifest.dependencies, manifest.peerDependencies]).toEqual([undefined, undefined]);
  });

  test("core is pure: no HTTP, disk, timers or environment", () => {
    for (const path of sources(join(root, "packages/core/src")).filter(
      (one) => !/\.test\.ts$|\/testing\//.test(one),
    )) {
      const text = readFileSync(path, "utf8");
      expect([
        path,
        text.match(/from "node:|process\.env|setTimeout|setInterval|\bfetch\(/)?.[0],
      ]).toEqual([path, undefined]);
    }
  });

  test("the hub makes outgoing connections in one place only: the guarded dialer", () => {
    // Asks a hub that may already have our own port, on loopback, before this one starts.
    const exceptions = ["port-holder.ts"];
    const hubSources = ["server", "gateway", "probe", "store-sqlite"].flatMap((folder) =>
      sources(join(root, "packages", folder, "src")),
    );
    for (const path of hubSources.filter((one) => !/\.test\.ts$/.test(one))) {
      if (exceptions.some((name) => path.endsWith(name))) continue;
      const text = readFileSync(path, "utf8");
      expect([
        path,
        text.match(
          /\bfetch\(|from "undici"|from "node:(http|https|net|tls)";.*(request|connect)\(/,
        )?.[0],
      ]).toEqual([path, undefined]);
    }
  });
});
