export const usage = `Usage: hub-register [options] -- <command> [args...]
       hub-register [options] --url <url>
       hub-register [options] --config <file>

Runs a stdio MCP server, serves it over streamable HTTP, and keeps it registered with MCP Hub.
With --url it keeps a server registered that is served already, in whatever language. With
--config it does so for every server of a file of MCP clients ({"mcpServers": {...}}), each
under its name there, in one process.

  --name <text>           name in the hub (default: the name the server itself gives)
  --title <text>          title for people
  --description <text>    what it is for
  --tag <text>            may be given several times
  --owner <text>          who answers for it
  --port <number>         port to serve on (default: a free one)
  --host <address>        address to serve on (default: 127.0.0.1)
  --path <path>           path of the endpoint (default: /mcp)
  --url <url>             the endpoint of a server that is served already
  --transport <name>      how that speaks: streamable-http or sse (default: streamable-http)
  --config <file>         the file that names the servers
  --hub <url>             hub to register at; may be given several times (default: MCP_HUB_URL,
                          else http://127.0.0.1:8001)
  --service-key <text>    lets further instances join the name (default: MCP_HUB_SERVICE_KEY)
  --advertise-url <url>   where the hub reaches this server (default: MCP_HUB_ADVERTISE_URL)
  --allow-host <name>     further host name that may ask; may be given several times
  --shared                one process for all clients, for a command that holds a lock
  --max-processes <n>     at most so many processes at a time of a command (default: 8)
  --idle-ms <n>           a client that asked nothing for this long loses its process: when it has
                          left, or another client needs the place (default: 600000)
  --keep-running          stay when the parent process ends, as for nohup and "&"
  --help, --version

The token for the hub is read from MCP_HUB_TOKEN. The command sees no setting of the hub but
MCP_HUB_URL.

Each client session gets a process of its own; requests without a session share one, in which
nothing is asked back. With --shared, questions and roots are offered only while one session is
open. A client whose process ends starts another with its next session.
`;
