import type { OidcSettings } from "@hub/server";
import { readGrantsFile, readSecretFile, readWorkloadsFile } from "./oidc-files.js";

/** The settings of issuers, as the environment has them. */
export type OidcVariables = {
  readonly MCP_HUB_OIDC_ISSUER?: string | undefined;
  readonly MCP_HUB_OIDC_AUDIENCE: readonly string[];
  readonly MCP_HUB_OIDC_HOSTS: readonly string[];
  readonly MCP_HUB_OIDC_SCOPES: "on" | "off";
  readonly MCP_HUB_OIDC_GRANTS_FILE?: string | undefined;
  readonly MCP_HUB_OIDC_CLIENT_ID?: string | undefined;
  readonly MCP_HUB_OIDC_CLIENT_SECRET_FILE?: string | undefined;
  readonly MCP_HUB_WORKLOADS_FILE?: string | undefined;
};

/** Says what is wrong, after the name of the setting. */
type Complain = (name: keyof OidcVariables, problem: string) => void;

/** What a file holds; undefined when none is named, or when it cannot be used. */
function contentOf<Value>(
  variables: OidcVariables,
  name: "MCP_HUB_OIDC_GRANTS_FILE" | "MCP_HUB_OIDC_CLIENT_SECRET_FILE" | "MCP_HUB_WORKLOADS_FILE",
  read: (file: string) => { readonly value: Value } | { readonly problem: string },
  complain: Complain,
): Value | undefined {
  const file = variables[name];
  if (file === undefined) return undefined;
  const result = read(file);
  if ("value" in result) return result.value;
  complain(name, result.problem);
  return undefined;
}

/** The issuers that an environment means, with what their files say. Calls `complain` for all that is wrong. */
export function oidcSettings(variables: OidcVariables, complain: Complain): OidcSettings {
  const workloads = contentOf(variables, "MCP_HUB_WORKLOADS_FILE", readWorkloadsFile, complain);
  const rules = contentOf(variables, "MCP_HUB_OIDC_GRANTS_FILE", readGrantsFile, complain);
  const clientSecret = contentOf(
    variables,
    "MCP_HUB_OIDC_CLIENT_SECRET_FILE",
    readSecretFile,
    complain,
  );
  const {
    MCP_HUB_OIDC_ISSUER: issuer,
    MCP_HUB_OIDC_CLIENT_ID: clientId,
    MCP_HUB_OIDC_AUDIENCE: audiences,
    MCP_HUB_OIDC_HOSTS: hosts,
  } = variables;
  const usesScopes = variables.MCP_HUB_OIDC_SCOPES === "on";
  for (const [index, workload] of workloads?.entries() ?? []) {
    const isKnown = workloads
      ?.slice(0, index)
      .some((earlier) => earlier.issuer === workload.issuer);
    if (isKnown === true || workload.issuer === issuer)
      complain(
        "MCP_HUB_WORKLOADS_FILE",
        `has ${workload.issuer} as an issuer, which is one already; give all its rules in one place`,
      );
  }
  if (issuer === undefined) {
    for (const name of [
      "MCP_HUB_OIDC_GRANTS_FILE",
      "MCP_HUB_OIDC_CLIENT_ID",
      "MCP_HUB_OIDC_CLIENT_SECRET_FILE",
    ] as const)
      if (variables[name] !== undefined)
        complain(name, "has no effect without MCP_HUB_OIDC_ISSUER");
    return { workloads };
  }
  if (!usesScopes && variables.MCP_HUB_OIDC_GRANTS_FILE === undefined)
    complain(
      "MCP_HUB_OIDC_SCOPES",
      "off needs MCP_HUB_OIDC_GRANTS_FILE, because nothing else says what anybody may do",
    );
  if (variables.MCP_HUB_OIDC_CLIENT_SECRET_FILE !== undefined && clientId === undefined)
    complain("MCP_HUB_OIDC_CLIENT_SECRET_FILE", "has no effect without MCP_HUB_OIDC_CLIENT_ID");
  return {
    people: { issuer, audiences, hosts, usesScopes, rules, clientId, clientSecret },
    workloads,
  };
}
