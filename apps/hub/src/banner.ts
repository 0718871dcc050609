export type BannerFacts = {
  readonly version: string;
  readonly url: string;
  readonly store: string;
  readonly servers: number;
  readonly readyInMs: number;
  /** Whether everybody may do all. */
  readonly isOpen: boolean;
  /** Whether `/` shows something in a browser. */
  readonly hasWebUi: boolean;
};

/** Where helpers look for the hub by themselves. */
const usualUrl = "http://127.0.0.1:8001";

/** What `npm start` shows a person: where everything is and how to go on. */
export function banner({
  version,
  url,
  store,
  servers,
  readyInMs,
  isOpen,
  hasWebUi,
}: BannerFacts): string {
  const rows: readonly (readonly [string, string])[] = [
    ...(hasWebUi ? [["Web UI", `${url}/`] as const] : []),
    ["Gateway", `${url}/mcp  (clients of 2024-11-05 to 2026-07-28)`],
    ["Servers", `${url}/servers`],
    ["API docs", `${url}/docs`],
    ["Events", `${url}/events`],
    ["Store", store],
    [
      "Auth",
      isOpen
        ? "off: this machine only, other hosts and pages are refused"
        : "on: whoever has no token is refused; `mcp-hub token create` makes one",
    ],
    [
      "Known",
      servers === 0
        ? "no server yet"
        : `${servers} ${servers === 1 ? "server" : "servers"}, being probed now`,
    ],
  ];
  const isUsual = url === usualUrl;
  const given = isUsual ? "" : `, { hubUrl: "${url}" }`;
  const token = isOpen ? "" : "MCP_HUB_TOKEN=mh_... ";
  const header = isOpen ? "" : '-H "authorization: Bearer mh_..." ';
  const set = `${isUsual ? "" : `MCP_HUB_URL=${url} `}${token}`;
  const lines = rows.map(([label, text]) => `  ${label.padEnd(10)}${text}`);
  return [
    "",
    `  MCP Hub ${version}  ready in ${Math.round(readyInMs)} ms`,
    "",
    ...lines,
    "",
    "  Register a server:",
    `    TypeScript     import { register } from "@hub/register";  register(server${given});`,
    `    any command    ${set}npm run hub-register -- -- <command that speaks MCP on stdio>`,
    `    anything else  curl ${header}-d name="My server" -d transport=streamable-http -d endpoint=http://localhost:8002/mcp ${url}/register`,
    "  Connect a client:",
    `    claude mcp add --transport http hub ${url}/mcp${isOpen ? "" : ' --header "Authorization: Bearer mh_..."'}`,
    "",
    "",
  ].join("\n");
}
