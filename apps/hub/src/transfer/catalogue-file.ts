import { z } from "zod";
import { CommandError } from "../command-line/command-error.js";

/** What the hub judges itself when it is sent there: only its frame is read here. */
const sent = z.record(z.string(), z.unknown());

const catalogueFileSchema = z.strictObject({
  format: z.literal("mcp-hub-catalogue"),
  version: z.literal(1),
  exportedAt: z.string(),
  /** The hub it came from. */
  hub: z.string(),
  servers: z.array(
    z.strictObject({
      registration: z.looseObject({ name: z.string(), endpoint: z.string() }),
      /** What an operator set. */
      edits: sent.optional(),
      /** Endpoints of further instances, which only they can register. */
      furtherInstances: z.array(z.string()).optional(),
    }),
  ),
  toolsets: z.array(z.looseObject({ id: z.string(), name: z.string() })),
});

/** The catalogue of a hub in a file, as far as the REST API gives it and takes it back. */
export type CatalogueFile = z.output<typeof catalogueFileSchema>;
export type CatalogueServer = CatalogueFile["servers"][number];

/** Whether a file says of itself that `mcp-hub export` wrote it, in this version or another. */
export function isCatalogueFile(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    "format" in value &&
    value.format === "mcp-hub-catalogue"
  );
}

/** @throws CommandError, which says what is wrong where. */
export function readCatalogueFile(value: unknown, path: string): CatalogueFile {
  const read = catalogueFileSchema.safeParse(value);
  if (read.success) return read.data;
  const problems = read.error.issues
    .slice(0, 10)
    .map((issue) => `  /${issue.path.join("/")}: ${issue.message}`);
  throw new CommandError(
    "usage",
    [`${path} is no file that this version of mcp-hub export wrote:`, ...problems].join("\n"),
  );
}
