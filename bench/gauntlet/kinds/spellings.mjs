import { gzipSync } from "node:zlib";
import { legacy, modern } from "../../gateway/mcp.mjs";

const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"${modern}","io.modelcontextprotocol/clientInfo":{"name":"a","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`;
const paths = [
  "/mcp",
  "/mcp?prefix=never",
  "/toolsets/mixed/mcp",
  "/toolsets/bare/mcp",
  "/servers/shop/mcp",
  "/servers/old-shop/mcp",
];
const nameKeys = [
  "name",
  "Name",
  "NAME",
  "nAme",
  "n\\u0061me",
  "name ",
  " name",
  "name\\u0000",
  "na\\u200bme",
  "\\ufeffname",
  "ｎａｍｅ",
  "nаme",
];
const paramKeys = [
  "params",
  "Params",
  "PARAMS",
  "p\\u0061rams",
  "params ",
  "\\ufeffparams",
  "pаrams",
  "param\u017f",
];
const methodKeys = ["method", "Method", "m\\u0065thod", "method "];

const allowed = (path) => (/bare|never|servers\//.test(path) ? "list_items" : "shop__list_items");
const forbidden = (path) => (/bare|never|servers\//.test(path) ? "refund_all" : "shop__refund_all");

/** Sends a body at every endpoint in both eras; only what `write` makes differs. */
async function everywhere(house, fault, write, { headers = [], encode = (text) => text } = {}) {
  for (const hub of house.hubs)
    for (const path of paths)
      for (const era of [modern, legacy]) {
        const session =
          era === legacy
            ? await house.session(hub, path, "caller").catch(() => undefined)
            : undefined;
        const good = allowed(path);
        const bodies = write({
          good,
          bad: forbidden(path),
          more: era === modern ? `,${meta}` : "",
        });
        for (const body of bodies) {
          const own =
            era === modern
              ? [
                  ["MCP-Protocol-Version", modern],
                  ["Mcp-Method", "tools/call"],
                  ["Mcp-Name", good],
                ]
              : [
                  ["MCP-Protocol-Version", legacy],
                  ["Mcp-Session-Id", session ?? "none"],
                ];
          const typed = headers.some(([name]) => name === "Content-Type")
            ? headers
            : [["Content-Type", "application/json"], ...headers];
          const answer = await house.post(hub, path, encode(body), [...own, ...typed], {
            as: "caller",
          });
          if (answer.status >= 500) fault(`${path} (${era}) was answered ${answer.status}`);
        }
      }
}

const call = (params, beside = "") =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call",${params}${beside}}`;

/** The forbidden name in what is no plain JSON of a plain request. */
const wrappings = {
  "a byte-order mark": { encode: (text) => `\ufeff${text}` },
  "text/plain": { headers: [["Content-Type", "text/plain"]] },
  "a form": { headers: [["Content-Type", "application/x-www-form-urlencoded"]] },
  "JSON of another kind": { headers: [["Content-Type", "application/json; charset=utf-16"]] },
  "two content types": {
    headers: [
      ["Content-Type", "application/json"],
      ["Content-Type", "text/plain"],
    ],
  },
  "no content type": { headers: [["Content-Type", ""]] },
  gzip: {
    headers: [["Content-Encoding", "gzip"]],
    encode: (text) => gzipSync(text),
  },
  "deflate that it is not": { headers: [["Content-Encoding", "deflate"]] },
  "a second body behind": { encode: (text) => `${text}\n${text}` },
  "a comment": { encode: (text) => text.replace("{", "{/**/") },
  "an array": { encode: (text) => `[${text}]` },
  "a trailing comma": { encode: (text) => text.replace(/\}$/, ",}") },
};

export default {
  name: "spellings",
  title: "a body that two readers may understand differently",
  cases: (house) => [
    ...nameKeys.map((key) => ({
      name: `the name again as ${JSON.stringify(key)}`,
      run: (_, fault) =>
        everywhere(house, fault, ({ good, bad, more }) => [
          call(`"params":{"name":"${good}","${key}":"${bad}","arguments":{}${more}}`),
          call(`"params":{"${key}":"${bad}","name":"${good}","arguments":{}${more}}`),
        ]),
    })),
    ...paramKeys.map((key) => ({
      name: `params again as ${JSON.stringify(key)}`,
      run: (_, fault) =>
        everywhere(house, fault, ({ good, bad, more }) => [
          call(
            `"params":{"name":"${good}","arguments":{}${more}}`,
            `,"${key}":{"name":"${bad}","arguments":{}${more}}`,
          ),
          call(
            `"${key}":{"name":"${bad}","arguments":{}${more}},"params":{"name":"${good}","arguments":{}${more}}`,
          ),
        ]),
    })),
    ...methodKeys.map((key) => ({
      name: `the method again as ${JSON.stringify(key)}`,
      run: (_, fault) =>
        everywhere(house, fault, ({ bad, more }) => [
          `{"jsonrpc":"2.0","id":1,"method":"ping","${key}":"tools/call","params":{"name":"${bad}","arguments":{}${more}}}`,
          `{"jsonrpc":"2.0","id":1,"${key}":"tools/call","method":"ping","params":{"name":"${bad}","arguments":{}${more}}}`,
        ]),
    })),
    ...Object.entries(wrappings).map(([name, how]) => ({
      name,
      run: (_, fault) =>
        everywhere(
          house,
          fault,
          ({ bad, more }) => [call(`"params":{"name":"${bad}","arguments":{}${more}}`)],
          how,
        ),
    })),
    {
      name: "headers that say another tool",
      run: (_, fault) =>
        everywhere(house, fault, ({ bad, more }) => [
          call(`"params":{"name":"${bad}","arguments":{}${more}}`),
        ]),
    },
  ],
};
