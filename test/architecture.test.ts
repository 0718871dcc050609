import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** Which of our packages each one may import. The REST code and the gateway never see each other. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  api: ["core"],
  mcp: ["core"],
  dial: ["core"],
  "store-sqlite": ["core"],
  "store-postgres": ["core"],
  probe: ["dial", "mcp", "core"],
  gateway: ["mcp", "core"],
  server: ["api", "gateway", "probe", "dial", "store-sqlite", "mcp", "core"],
  client: ["api", "core"],
  register: ["api", "client", "mcp", "core"],
  ui: ["api", "client", "mcp", "core"],
  "create-server": [],
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

/** The folders of the gateway from below: each imports only from itself and from those before it. */
const gatewayFolders = [
  ["errors.ts", "faults.ts", "limits.ts", "log.ts", "hub-endpoint.ts", "turns.ts"],
  ["wire"],
  ["search"],
  ["traffic"],
  ["catalogue"],
  ["hub-tools"],
  ["reply"],
  ["upstream"],
  ["calls"],
  ["session"],
  ["relay"],
  ["downstream"],
  ["changes.ts"],
  ["endpoints.ts"],
  ["gateway.ts"],
  ["index.ts"],
];

/** Files that import each other, and why that is right. */
const allowedCircles: readonly (readonly string[])[] = [
  // A form of fields is a tree: a field may be an object or a list of fields.
  [
    "ui/src/web/try/form/field.tsx",
    "ui/src/web/try/form/list-field.tsx",
    "ui/src/web/try/form/object-fields.tsx",
    "ui/src/web/try/form/union-field.tsx",
  ],
];

/** The files that each file of a package imports by their paths. */
function importGraph(name: string): ReadonlyMap<string, readonly string[]> {
  const files = new Set(sources(join(root, "packages", name, "src")));
  const graph = new Map<string, readonly string[]>();
  for (const path of files) {
    const imported = importsOf(path).flatMap((specifier) => {
      if (!specifier.startsWith(".")) return [];
      const target = join(dirname(path), specifier);
      const names = [target.replace(/\.js$/, ".ts"), target.replace(/\.js$/, ".tsx")];
      return names.filter((one) => files.has(one));
    });
    graph.set(path, imported);
  }
  return graph;
}

function reachableFrom(graph: ReadonlyMap<string, readonly string[]>, start: string): Set<string> {
  const reached = new Set<string>();
  const open = [...(graph.get(start) ?? [])];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    open.push(...(graph.get(path) ?? []));
  }
  return reached;
}

/** Groups of files of a package each of which imports, by way of others, all of its group. */
function circlesIn(name: string): string[][] {
  const graph = importGraph(name);
  const reached = new Map([...graph.keys()].map((path) => [path, reachableFrom(graph, path)]));
  const groups = new Set<string>();
  for (const [path, targets] of reached) {
    if (!targets.has(path)) continue;
    const group = [...targets].filter((other) => reached.get(other)?.has(path) === true);
    groups.add(JSON.stringify(group.map((one) => relative(join(root, "packages"), one)).sort()));
  }
  return [...groups].map((group) => JSON.parse(group));
}

describe("the architecture", () => {
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
    expect(manifest.dependencies).toBe(undefined);
    for (const name of Object.keys(manifest.peerDependencies))
      expect([name, manifest.peerDependenciesMeta[name]]).toEqual([name, { optional: true }]);
  });

  test("the texts and data for clients stand on nothing, so that programs carry nothing for them", () => {
    const folder = join(root, "packages/api/src/config");
    for (const path of sources(folder))
      for (const specifier of importsOf(path))
        expect([path, specifier]).toEqual([path, expect.stringMatching(/^\.\/[\w-]+\.js$/)]);
  });

  test.each(packages)("no files of %s import each other in a circle", (name) => {
    const allowed = allowedCircles.map((circle) => JSON.stringify(circle));
    expect(circlesIn(name).filter((circle) => !allowed.includes(JSON.stringify(circle)))).toEqual(
      [],
    );
  });

  test("no arrow runs upward between the folders of the gateway", () => {
    const src = join(root, "packages/gateway/src");
    const levelOf = (path: string) => {
      const [top = ""] = relative(src, path).split("/");
      return gatewayFolders.findIndex((level) => level.includes(top));
    };
    const upward: string[] = [];
    for (const [path, imported] of importGraph("gateway")) {
      if (path.endsWith(".test.ts")) continue;
      expect([path, levelOf(path)]).not.toEqual([path, -1]);
      for (const other of imported)
        if (levelOf(other) > levelOf(path))
          upward.push(`${relative(src, path)} -> ${relative(src, other)}`);
    }
    expect(upward).toEqual([]);
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
    const hubSources = ["server", "gateway", "probe", "store-sqlite"].flatMap((folder) =>
      sources(join(root, "packages", folder, "src")),
    );
    for (const path of hubSources.filter((one) => !/\.test\.ts$/.test(one))) {
      const text = readFileSync(path, "utf8");
      expect([
        path,
        text.match(
          /(?<![#.])\bfetch\(|"undici[/"]|from "node:(http|https|net|tls)";.*(request|connect)\(/,
        )?.[0],
      ]).toEqual([path, undefined]);
    }
  });
});

describe("the map", () => {
  const read = (path: string) => readFileSync(join(root, path), "utf8");

  test("every file that docs/architecture.md names exists", () => {
    const relay = "packages/gateway/src/relay";
    const named = [...read("docs/architecture.md").matchAll(/`([\w./-]+\.tsx?)`/g)].map(
      ([, path = ""]) => (path.includes("/") ? path : join(relay, path)),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test.each(packages)("docs/architecture.md has %s in its picture and in a paragraph", (name) => {
    const text = read("docs/architecture.md");
    const [, picture = ""] = text.split("```");
    // The test kit and the scaffold are no parts of a hub.
    if (name !== "testing" && name !== "create-server")
      expect(picture).toMatch(new RegExp(`packages/${name}\\b(?!-)`));
    expect(text).toContain(`**\`packages/${name}\`**`);
  });

  test("whatever core exports has a word of its own", () => {
    const src = join(root, "packages/core/src");
    const parts = readdirSync(join(src, "parts")).map((file) => `parts/${file}`);
    const unsaid: string[] = [];
    for (const entry of ["index.ts", ...parts]) {
      const text = readFileSync(join(src, entry), "utf8");
      expect([entry, /export \*/.test(text)]).toEqual([entry, false]);
      for (const [, names = "", from = ""] of text.matchAll(
        /export (?:type )?\{([^}]*)\} from "([^"]+)\.js"/g,
      )) {
        const module = readFileSync(join(src, entry, "..", `${from}.ts`), "utf8");
        for (const name of names.split(",").map((one) => one.trim().replace(/^type /, ""))) {
          const said = new RegExp(
            `\\*/\nexport (?:abstract )?(?:type|interface|const|class|function) ${name}\\b`,
          );
          if (name !== "" && !said.test(module)) unsaid.push(`${entry}: ${name}`);
        }
      }
    }
    expect(unsaid).toEqual([]);
  });

  test("core exports no more at its front than a reader can take in", () => {
    const text = readFileSync(join(root, "packages/core/src/index.ts"), "utf8");
    const names = [...text.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = ""]) =>
      inside.split(",").filter((one) => one.trim() !== ""),
    );
    expect(names.length).toBeLessThanOrEqual(71);
  });

  test.each(packages.filter((name) => existsSync(join(root, "packages", name, "README.md"))))(
    "the README of %s lists only folders that exist, and all of them where it lists any",
    (name) => {
      const listed = [...read(`packages/${name}/README.md`).matchAll(/^\| `([\w-]+)\/`/gm)].map(
        ([, folder]) => folder,
      );
      if (listed.length === 0) return;
      const folders = readdirSync(join(root, "packages", name, "src"), { withFileTypes: true });
      expect(listed.sort()).toEqual(
        folders
          .filter((one) => one.isDirectory())
          .map((one) => one.name)
          .sort(),
      );
    },
  );

  test.each(["mcp", "dial", "probe", "store-sqlite"])(
    "the README of %s names every file of it once",
    (name) => {
      const rows = [...read(`packages/${name}/README.md`).matchAll(/^\| (`[^|]+) \|/gm)];
      const named = rows.flatMap(([, files = ""]) =>
        [...files.matchAll(/`([\w-]+)`/g)].map(([, file]) => file),
      );
      const files = readdirSync(join(root, "packages", name, "src"))
        .filter((file) => /\.ts$/.test(file) && !/^index\.ts$|\.test\.ts$|^test-/.test(file))
        .map((file) => file.replace(/\.ts$/, ""));
      expect(named.sort()).toEqual(files.sort());
    },
  );

  test.each(["packages/core", "packages/api", "packages/testing", "apps/hub"])(
    "the README of %s names every file and folder of it",
    (folder) => {
      // As `name`, `name.ts` or `name/`; `*-store` names all that end so.
      const named = [...read(`${folder}/README.md`).matchAll(/`([\w*-]+)(?:\.ts|\/)?`/g)].map(
        ([, name = ""]) => new RegExp(`^${name.replaceAll("*", "[\\w-]+")}$`),
      );
      const unnamed = readdirSync(join(root, folder, "src"))
        .filter((file) => !/^index\.ts$|\.test\.ts$/.test(file))
        .map((file) => file.replace(/\.ts$/, ""))
        .filter((file) => !named.some((pattern) => pattern.test(file)));
      expect(unnamed).toEqual([]);
    },
  );

  test("the table of packages in CONTRIBUTING.md is what is checked here", () => {
    const rows = [
      ...read("CONTRIBUTING.md").matchAll(/^\| `packages\/([\w-]+)` .*\| +(.+?) +\|$/gm),
    ];
    const table = rows.map(([, name = "", may = ""]) => [
      name,
      may.startsWith("nothing") ? [] : may.split(", "),
    ]);
    expect(Object.fromEntries(table)).toEqual(mayImport);
  });

  test("no file and no exported name contains a retired word", () => {
    const [, retiredPart = ""] = read("docs/glossary.md").split("## Retired words");
    const retired = [...retiredPart.matchAll(/^\| ([a-z-]+) +\|/gm)]
      .map(([, word = ""]) => word)
      .filter((word) => word !== "retired" && !/^-+$/.test(word));
    expect(retired.length).toBeGreaterThan(15);
    const found: string[] = [];
    const look = (name: string, where: string) => {
      const words = `-${name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase()}-`;
      for (const word of retired) if (words.includes(`-${word}-`)) found.push(`${where}: ${name}`);
    };
    const exported =
      /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:type|interface|const|let|class|function\*?|enum) (\w+)/gm;
    for (const name of packages) {
      for (const path of sources(join(root, "packages", name, "src"))) {
        const where = relative(join(root, "packages"), path);
        for (const part of where.replace(/\.tsx?$/, "").split("/")) look(part, where);
        for (const [, one = ""] of readFileSync(path, "utf8").matchAll(exported)) look(one, where);
      }
    }
    expect(found).toEqual([]);
  });
});
