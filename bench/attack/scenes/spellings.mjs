// A toolset lets one tool of a server through. The other one is called in spellings that two readers of JSON
// may understand differently.
import { legacy, modern } from "../../gateway/mcp.mjs";

const secret = "forbidden";

/** The members of `params`, and what stands beside it, for each spelling. `{good}` is the allowed name. */
const spellings = [
  ['"name":"{bad}","name":"{good}"'],
  ['"name":"{good}","name":"{bad}"'],
  ['"name":"{good}","Name":"{bad}"'],
  ['"Name":"{bad}","name":"{good}"'],
  ['"name":"{good}","NAME":"{bad}"'],
  ['"name":"{good}","nAme":"{bad}"'],
  ['"n\\u0061me":"{bad}","name":"{good}"'],
  ['"name":"{good}","n\\u0061me":"{bad}"'],
  ['"name":"{good}","name ":"{bad}"'],
  ['"name":"{good}"," name":"{bad}"'],
  ['"name":"{good}","name\\u0000":"{bad}"'],
  ['"name":"{good}","na\\u200bme":"{bad}"'],
  ['"name":"{good}","\\ufeffname":"{bad}"'],
  ['"name":"{good}","\uff4e\uff41\uff4d\uff45":"{bad}"'],
  ['"name":"{good}","n\u0430me":"{bad}"'],
  ['"name":"{good}","nam\u0435":"{bad}"'],
  ['"name":"{good}","na\\u006De":"{bad}"'],
  ['"name":"{good}"', ',"Params":{"name":"{bad}"}'],
  ['"name":"{good}"', ',"PARAMS":{"name":"{bad}"}'],
  ['"name":"{good}"', ',"params":{"name":"{bad}"}'],
  ['"name":"{good}"', ',"param\u017f":{"name":"{bad}"}'],
  ['"name":"{good}"', ',"p\\u0061rams":{"name":"{bad}"}'],
  ['"name":"{good}"', ',"params ":{"name":"{bad}"}'],
  ['"name":"{good}"', ',"p\u0430rams":{"name":"{bad}"}'],
  ['"name":"{good}"', ',"\\ufeffparams":{"name":"{bad}"}'],
];
/** The same with the foreign `params` first. */
const before = ["params", "Params", "p\\u0061rams", "PARAMS"];

export default {
  name: "spellings",
  faults: ["S11"],
  title: "spellings of JSON that get round a toolset",
  isLight: true,
  async run(stage) {
    const reached = new Set();
    let current;
    const tools = [secret, "allowed"].map((name) => ({ name, inputSchema: { type: "object" } }));
    const { id } = await stage.registered("two tools", {
      era: modern,
      on: {
        "tools/list": () => ({ tools }),
        any: ({ body }) => {
          const plain = body.replace(/\\u([0-9a-f]{4})/gi, (_, code) =>
            String.fromCharCode(Number.parseInt(code, 16)),
          );
          if (plain.includes(secret)) reached.add(current);
        },
      },
    });
    const body = { name: stage.name("toolset"), servers: [id], allow: [`${id}/allowed`] };
    const { json: toolset, status, body: said } = await stage.rest("POST", "/toolsets", { body });
    if (status >= 300) throw new Error(`No toolset: ${said}`);
    stage.onClose(() => stage.rest("DELETE", `/toolsets/${toolset.id}`));
    const path = `/toolsets/${toolset.id}/mcp`;
    const good = `${id}__allowed`;
    const envelope = `"_meta":{"io.modelcontextprotocol/protocolVersion":"${modern}","io.modelcontextprotocol/clientInfo":{"name":"a","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`;
    const session = await stage.session(path);
    const headersOf = {
      [modern]: {
        "MCP-Protocol-Version": modern,
        "Mcp-Method": "tools/call",
        "Mcp-Name": good,
      },
      [legacy]: { "MCP-Protocol-Version": legacy, "Mcp-Session-Id": session },
    };
    const written = [];
    for (const bad of [secret, `${id}__${secret}`]) {
      const fill = (text) => text.replaceAll("{good}", good).replaceAll("{bad}", bad);
      for (const [members, beside = ""] of spellings)
        written.push((more) => fill(`"params":{${members},"arguments":{}${more}}${beside}`));
      for (const member of before)
        written.push((more) =>
          fill(
            `"${member}":{"name":"{bad}"${more}},"params":{"name":"{good}","arguments":{}${more}}`,
          ),
        );
    }
    let tried = 0;
    for (const era of [modern, legacy])
      for (const [index, write] of written.entries()) {
        current = `${era} ${index}`;
        tried += 1;
        const more = era === modern ? `,${envelope}` : "";
        const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call",${write(more)}}`;
        await stage.post(path, text, headersOf[era]);
      }
    stage.note("spellings", tried);
    stage.must("spellings that reach the server", reached.size, reached.size === 0);
    const params = { name: good, arguments: {} };
    const honest = await stage.call(path, modern, "tools/call", params);
    const works = honest.message?.result !== undefined;
    stage.must("the allowed tool works", works ? "yes" : "no", works);
  },
};
