export const usage = `Usage: hub-register [options] -- <command> [args...]
       hub-register [options] --url <url>
       hub-register [options] --config <file>

Runs a stdio MCP server, serves it over streamable HTTP, and keeps it registered with MCP Hub.
With --url, it keeps a server registered that already runs, in any language. With --config,
it does this for every server in the file of an MCP client ({"mcpServers": {...}}), each under
its name in the file, all in one process.

  --name <text>           name in the hub (default: the server's own name)
  --title <text>          title shown in place of the name
  --description <text>    what the server does
  --tag <text>            a tag; you can repeat this option
  --owner <text>          who is responsible for the server
  --port <number>         port to serve on (default: a free one)
  --host <address>        address to serve on (default: 127.0.0.1)
  --path <path>           path of the endpoint (default: /mcp)
  --url <url>             the endpoint of a server that already runs
  --transport <name>      its transport: streamable-http or sse (default: streamable-http)
  --config <file>         the file that names the servers
  --hub <url>             hub to register at; you can repeat this option (default: MCP_HUB_URL,
                          else http://127.0.0.1:8001)
  --service-key <text>    lets other instances use the same name (default: MCP_HUB_SERVICE_KEY)
  --advertise-url <url>   URL at which the hub reaches this server (default: MCP_HUB_ADVERTISE_URL)
  --allow-host <name>     another host name that requests may use; you can repeat this option
  --shared                one process for all clients, for a command that holds a lock
  --max-processes <n>     most processes of a command at a time (default: 8)
  --idle-ms <n>           a client that sent nothing for this long loses its process, if it has
                          left or another client needs the process (default: 600000)
  --drain-ms <n>          how long the calls that run at the end have to finish (default: 8000)
  --no-log                do not send the command's last lines to the hub when something is
                          wrong with it
  --keep-running          keep running when the parent process ends, for nohup and "&"
  --help, --version

When the command ends by itself, when the hub cannot reach it, or when somebody asks the hub what
is wrong with it, the hub gets the last lines that the command printed (at most 500), with the
values of variables that look like secrets (TOKEN, KEY, SECRET, PASSWORD) replaced by ***.

hub-register reads the token for the hub from MCP_HUB_TOKEN, or from the file that
MCP_HUB_TOKEN_FILE names. Of the hub's settings, the command gets only MCP_HUB_URL.

Each client session has its own process. Requests without a session share one process, in which
the server cannot ask the client anything. With --shared, the server can ask for input and roots
only while a single session is open. When the process of a client ends, its next session starts
another one.
`;
