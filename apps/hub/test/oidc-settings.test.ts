import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseConfig } from "../src/config.js";

const folder = mkdtempSync(join(tmpdir(), "mcp-hub-oidc-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function fileOf(content: unknown): string {
  files += 1;
  const file = join(folder, `${files}`);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

/** What the guide shows, in its order: the rules for people, and the issuers of programs. */
const guide = readFileSync(join(import.meta.dirname, "../../../docs/guides/sign-in.md"), "utf8");
const [rulesOfGuide = "", workloadsOfGuide = ""] = [
  ...guide.matchAll(/```json\n([\s\S]*?)```/g),
].map(([, json = ""]) => json);

const issuer = "https://login.example.com";
const rule = { claims: { sub: "a" }, grants: [{ action: "register" }] };

function oidcOf(env: Record<string, string>) {
  const parsed = parseConfig(env);
  if (!parsed.ok) throw new Error(parsed.problems.join("; "));
  return parsed.config.oidc;
}

describe("the settings of issuers", () => {
  test("are none by default", () => {
    expect(oidcOf({})).toEqual({ people: undefined, workloads: undefined });
  });

  test("take the files of the guide, and the secret without its line end", () => {
    const { people, workloads } = oidcOf({
      MCP_HUB_OIDC_ISSUER: issuer,
      MCP_HUB_OIDC_AUDIENCE: "mcp-hub, other",
      MCP_HUB_OIDC_HOSTS: "keys.example.com",
      MCP_HUB_OIDC_GRANTS_FILE: fileOf(rulesOfGuide),
      MCP_HUB_OIDC_CLIENT_ID: "hub",
      MCP_HUB_OIDC_CLIENT_SECRET_FILE: fileOf("s3cret\n"),
      MCP_HUB_WORKLOADS_FILE: fileOf(workloadsOfGuide),
    });
    expect(people).toMatchObject({
      issuer,
      audiences: ["mcp-hub", "other"],
      hosts: ["keys.example.com"],
      usesScopes: true,
      clientId: "hub",
      clientSecret: "s3cret",
    });
    expect(people?.rules?.map(({ claims }) => claims)).toEqual([
      { groups: ["platform"] },
      { groups: ["payments", "billing"] },
      { "/realm_access/roles": ["hub-user"] },
    ]);
    expect(workloads?.map(({ issuer: url, audiences }) => [url, audiences])).toEqual([
      ["https://kubernetes.default.svc.cluster.local", ["mcp-hub"]],
      ["https://token.actions.githubusercontent.com", undefined],
    ]);
  });

  test.each([
    [{ MCP_HUB_OIDC_ISSUER: "http://login.example.com" }, "must be an https URL"],
    [{ MCP_HUB_OIDC_ISSUER: "login" }, "must be an https URL"],
    [{ MCP_HUB_OIDC_ISSUER: `${issuer}?a=b` }, "must be an https URL"],
    [{ MCP_HUB_OIDC_ISSUER: issuer, MCP_HUB_OIDC_SCOPES: "off" }, "needs MCP_HUB_OIDC_GRANTS_FILE"],
    [{ MCP_HUB_OIDC_HOSTS: "https://a.example" }, "must be host names"],
    [{ MCP_HUB_OIDC_CLIENT_ID: "hub" }, "has no effect without MCP_HUB_OIDC_ISSUER"],
    [
      {
        MCP_HUB_OIDC_ISSUER: issuer,
        MCP_HUB_OIDC_CLIENT_ID: "hub",
        MCP_HUB_OIDC_CLIENT_SECRET_FILE: "/nothing/here",
      },
      "cannot be read",
    ],
    [
      { MCP_HUB_OIDC_ISSUER: issuer, MCP_HUB_OIDC_CLIENT_SECRET_FILE: fileOf("x") },
      "has no effect without MCP_HUB_OIDC_CLIENT_ID",
    ],
    [{ MCP_HUB_OIDC_ISSUER: issuer, MCP_HUB_OIDC_GRANTS_FILE: fileOf("{") }, "is not valid JSON"],
    [{ MCP_HUB_OIDC_ISSUER: issuer, MCP_HUB_OIDC_GRANTS_FILE: fileOf([]) }, "at least one rule"],
    [
      {
        MCP_HUB_OIDC_ISSUER: issuer,
        MCP_HUB_OIDC_GRANTS_FILE: fileOf([{ grants: [{ action: "fly" }] }]),
      },
      "/0/grants/0/action",
    ],
    // Whoever signs for the whole world must not let the whole world in.
    [
      {
        MCP_HUB_WORKLOADS_FILE: fileOf([
          { issuer, rules: [{ claims: {}, grants: [{ action: "register" }] }] },
        ]),
      },
      "must name at least one claim",
    ],
    [
      {
        MCP_HUB_WORKLOADS_FILE: fileOf([
          { issuer, rules: [rule] },
          { issuer, rules: [rule] },
        ]),
      },
      "which is one already",
    ],
    [
      {
        MCP_HUB_OIDC_ISSUER: issuer,
        MCP_HUB_WORKLOADS_FILE: fileOf([{ issuer, rules: [rule] }]),
      },
      "which is one already",
    ],
  ])("are refused, in words: %j", (env, said) => {
    const parsed = parseConfig(env);
    expect(parsed.ok ? [] : parsed.problems).toEqual([expect.stringContaining(said)]);
  });
});
