import { createServer } from "node:net";
import { localUrl, StartError } from "@hub/server";
import { z } from "zod";

const hubVersion = z.object({
  name: z.literal("mcp-hub"),
  version: z.string(),
  pid: z.number(),
  startedAt: z.string(),
});

/** True when nothing listens on the port yet. Errors other than a taken port are thrown. */
function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Who has the port: a hub says so itself, and what finds any other program depends on the system. */
async function portHolder(url: string, port: number): Promise<string> {
  try {
    const response = await fetch(`${url}/version`, {
      signal: AbortSignal.timeout(1_000),
      redirect: "manual",
    });
    const { version, pid, startedAt } = hubVersion.parse(await response.json());
    return `an MCP Hub ${version} (process ${pid}, since ${startedAt}) that runs at ${url}`;
  } catch {
    const command =
      process.platform === "win32" ? `netstat -ano | findstr :${port}` : `lsof -i :${port}`;
    return `another program; find it with \`${command}\``;
  }
}

/**
 * Throws StartError, with who has it and what to do, when something listens on the port. Looked at before the
 * data is: of a second hub on the same data, people need to know that it is there, not that it has the file.
 */
export async function assertPortFree(given: string, port: number): Promise<void> {
  const host = given.replace(/^\[(.*)\]$/, "$1");
  if (port === 0 || (await isPortFree(host, port))) return;
  const url = localUrl(host, port);
  throw new StartError(
    `Port ${port} on ${host} is taken by ${await portHolder(url, port)}. Stop it, or choose another port with MCP_HUB_PORT (servers then need MCP_HUB_URL).`,
  );
}
