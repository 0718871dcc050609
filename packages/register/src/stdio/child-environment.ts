/** Settings of the hub that a wrapped command may see: the address, which holds no secret. */
const visible = new Set(["MCP_HUB_URL"]);

/**
 * The environment for a wrapped command: that of this process without the hub's own settings, of
 * which some are secrets (`MCP_HUB_TOKEN`, `MCP_HUB_SERVICE_KEY`), and without the answers to what files of
 * VS Code ask for (`MCP_INPUT_…`), which are for the servers that refer to them. Names are compared without
 * case, as Windows does. A hub's address with a user name or password in it is withheld as well.
 */
export function childEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name, value = ""]) => {
      const known = name.toUpperCase();
      if (known.startsWith("MCP_INPUT_")) return false;
      if (!known.startsWith("MCP_HUB_")) return true;
      return visible.has(known) && !value.includes("@");
    }),
  );
}
