import { strToU8, zipSync } from "fflate";

export type BundleOptions = {
  /** The endpoint of the hub that the bundle offers; a person may change it. */
  readonly url: string;
  /** What of the hub it is: `hub` for all, else the id of a server or toolset. */
  readonly key: string;
  /** Of the hub. */
  readonly version: string;
  /** The bridge, as one JavaScript file. */
  readonly bridge: Uint8Array;
};

/** The name of the file that a bundle is saved as. */
export function bundleFile(key: string): string {
  return `${bundleName(key)}.mcpb`;
}

/** Two bundles of one name would replace each other, so each selection has its own. */
const bundleName = (key: string) => (key === "hub" ? "mcp-hub" : `mcp-hub-${key}`);

/**
 * The manifest of a bundle, by version 0.3 of its specification. Address and token come to the bridge in
 * its environment; Claude Desktop keeps the token in the system's keychain.
 */
function bundleManifest({ url, key, version }: Omit<BundleOptions, "bridge">) {
  const what = key === "hub" ? "all servers of the hub" : `“${key}”`;
  return {
    manifest_version: "0.3",
    name: bundleName(key),
    display_name: key === "hub" ? "MCP Hub" : `MCP Hub: ${key}`,
    version,
    description: `Tools, resources and prompts of ${what}.`,
    author: { name: "MCP Hub" },
    server: {
      type: "node",
      entry_point: "server/bridge.cjs",
      mcp_config: {
        command: "node",
        args: [`\${__dirname}/server/bridge.cjs`],
        env: {
          MCP_HUB_MCP_URL: `\${user_config.url}`,
          MCP_HUB_TOKEN: `\${user_config.token}`,
          MCP_HUB_TOKEN_FILE: `\${user_config.token_file}`,
        },
      },
    },
    tools_generated: true,
    prompts_generated: true,
    license: "MIT",
    compatibility: {
      platforms: ["darwin", "win32", "linux"],
      runtimes: { node: ">=18.0.0" },
    },
    user_config: {
      url: {
        type: "string",
        title: "Address of the hub",
        description: "The endpoint of the hub that Claude connects to.",
        required: true,
        default: url,
      },
      token: {
        type: "string",
        title: "Token",
        description: "A token of the hub. Leave it empty where the hub needs none.",
        required: false,
        sensitive: true,
      },
      token_file: {
        type: "file",
        title: "File with the token",
        description:
          "Where the token is when something replaces it from time to time. Leave it empty otherwise.",
        required: false,
      },
    },
  };
}

/** A whole bundle: the same bytes for the same options. */
export function bundleOf(options: BundleOptions): Uint8Array<ArrayBuffer> {
  const manifest = strToU8(`${JSON.stringify(bundleManifest(options), null, 2)}\n`);
  const files = { "manifest.json": manifest, "server/bridge.cjs": options.bridge };
  // The earliest time that a zip can say.
  const zipped = zipSync(files, { level: 9, mtime: new Date(1980, 0, 1, 12) });
  return new Uint8Array(zipped);
}
