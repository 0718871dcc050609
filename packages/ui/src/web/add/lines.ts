type Step = {
  readonly about: string;
  readonly text: string;
  /** Names the text for the button that copies it. */
  readonly what: string;
};

type Language = { readonly name: string; readonly steps: readonly Step[] };

const isUsual = (hubUrl: string) => /^http:\/\/(127\.0\.0\.1|localhost):8001$/.test(hubUrl);

/** How a program in each language registers itself at this hub. */
export function languages(hubUrl: string): readonly Language[] {
  const url = JSON.stringify(hubUrl);
  // Where the hub is where everybody looks first, nobody has to say it.
  const python = isUsual(hubUrl) ? "" : `, hub_url=${url}`;
  const options = isUsual(hubUrl) ? "" : `, { hubUrl: ${url} }`;
  const client: Step = {
    about: "Get the client, one file without dependencies, beside your program:",
    text: `curl -O ${hubUrl}/clients/mcp_hub.py`,
    what: "the command that gets the Python client",
  };
  return [
    {
      name: "TypeScript SDK v2",
      steps: [
        {
          about:
            "With a function that makes your server, so that each client has one of its own. It is served and registered:",
          text: `import { register } from "@hub/register";\nimport { McpServer } from "@modelcontextprotocol/server";\n\nregister(() => new McpServer({ name: "My server", version: "1.0.0" })${options});`,
          what: "the line for the TypeScript SDK v2",
        },
      ],
    },
    {
      name: "TypeScript SDK v1",
      steps: [
        {
          about: "After the last registerTool, in the place of connect:",
          text: `import { register } from "@hub/register";\n\nregister(server${options});`,
          what: "the line for the TypeScript SDK v1",
        },
      ],
    },
    {
      name: "FastMCP (Python)",
      steps: [
        client,
        {
          about: "Give FastMCP a lifespan, with the address that you serve at:",
          text: `from mcp_hub import register\n\nmcp = FastMCP("My server", lifespan=register("My server", "http://localhost:8002/mcp"${python}))`,
          what: "the line for FastMCP",
        },
      ],
    },
    {
      name: "Python",
      steps: [
        client,
        {
          about: "Before the call that serves:",
          text: `from mcp_hub import register\n\nregister("My server", "http://localhost:8002/mcp"${python})`,
          what: "the line for Python",
        },
      ],
    },
    {
      name: "curl",
      steps: [
        {
          about:
            "From any language: one POST. Without a lease, the hub's own probe keeps the server listed.",
          text: `curl -H "content-type: application/json" -d '{"name":"My server","transport":"streamable-http","endpoint":"http://localhost:8002/mcp"}' ${hubUrl}/register`,
          what: "the curl command",
        },
      ],
    },
    {
      name: "A stdio command",
      steps: [
        {
          about: "In the folder of MCP Hub, with your command after the second --:",
          text: `MCP_HUB_URL=${hubUrl} npm run hub-register -- --name "My server" -- node my-server.js`,
          what: "the command for a stdio server",
        },
      ],
    },
  ];
}
