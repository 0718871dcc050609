import {
  type EditInput,
  type HubClient,
  HubClientError,
  type RegistrationInput,
  type ServerDetail,
  type ServerSummary,
  type ToolsetInput,
} from "@hub/client";
import type { CatalogueFile, CatalogueServer } from "./catalogue-file.js";

/** What became of one thing in the file. */
export interface Imported {
  readonly kind: "server" | "edits" | "toolset";
  readonly id: string;
  readonly outcome: "added" | "replaced" | "kept" | "failed";
  /** Why it was not taken over, or what to know of it. */
  readonly reason?: string;
}

export interface ImportOptions {
  /** Replace edits and toolsets that are there. Default: they are kept as they are. */
  readonly replaces: boolean;
  /** Change nothing; only say what would be done. */
  readonly isTrial: boolean;
  readonly signal: AbortSignal;
}

function failed(kind: Imported["kind"], id: string, error: unknown): Imported {
  if (!HubClientError.is(error) || error.status === 0) throw error;
  return { kind, id, outcome: "failed", reason: error.detail };
}

/** The change that makes the edits of a server those of the file. */
function editsFor(
  wanted: Readonly<Record<string, unknown>>,
  { edits = {} }: Partial<ServerDetail>,
) {
  const gone = Object.keys(edits).filter((field) => !Object.hasOwn(wanted, field));
  // The hub judges what is in the file.
  return { ...Object.fromEntries(gone.map((field) => [field, null])), ...wanted } as EditInput;
}

/** Takes a catalogue file into a hub, one thing after the other. */
export class CatalogueImport {
  readonly #hub: HubClient;
  readonly #options: ImportOptions;

  constructor(hub: HubClient, options: ImportOptions) {
    this.#hub = hub;
    this.#options = options;
  }

  /**
   * What could not be taken over is said in the result and stops nothing.
   * @throws HubClientError when the hub is no longer reached.
   */
  async take(file: CatalogueFile): Promise<readonly Imported[]> {
    const { signal } = this.#options;
    const known = await this.#hub.everyServer({ hidden: true }, signal);
    const servers = new Map(known.map((one) => [one.name, one]));
    const { toolsets } = await this.#hub.toolsets(signal);
    const there = new Set(toolsets.map(({ id }) => id));
    const done: Imported[] = [];
    for (const server of file.servers)
      done.push(...(await this.#takeServer(server, servers.get(server.registration.name))));
    for (const toolset of file.toolsets) done.push(await this.#takeToolset(toolset, there));
    return done;
  }

  async #takeServer(
    { registration, edits, furtherInstances = [] }: CatalogueServer,
    known: ServerSummary | undefined,
  ): Promise<readonly Imported[]> {
    const { isTrial, signal } = this.#options;
    const { name } = registration;
    let id = known?.id ?? name;
    let server: Imported = { kind: "server", id, outcome: "kept", reason: "it is registered" };
    if (known === undefined) {
      const reason =
        furtherInstances.length === 0
          ? {}
          : { reason: `its further instances join by themselves: ${furtherInstances.join(", ")}` };
      try {
        // The hub judges what is in the file.
        const body = registration as unknown as RegistrationInput;
        if (!isTrial) id = (await this.#hub.register(body, signal)).server.id;
        server = { kind: "server", id, outcome: "added", ...reason };
      } catch (error) {
        return [failed("server", id, error)];
      }
    }
    return edits === undefined ? [server] : [server, await this.#takeEdits(id, edits, known)];
  }

  async #takeEdits(
    id: string,
    edits: Readonly<Record<string, unknown>>,
    known: ServerSummary | undefined,
  ): Promise<Imported> {
    const { isTrial, replaces, signal } = this.#options;
    try {
      const current: Partial<ServerDetail> =
        known === undefined ? {} : await this.#hub.server(id, signal);
      const hasEdits = Object.keys(current.edits ?? {}).length > 0;
      if (hasEdits && !replaces)
        return {
          kind: "edits",
          id,
          outcome: "kept",
          reason: "it has edits; --replace takes these",
        };
      if (!isTrial) await this.#hub.edit(id, editsFor(edits, current), current.etag, signal);
      return { kind: "edits", id, outcome: hasEdits ? "replaced" : "added" };
    } catch (error) {
      return failed("edits", id, error);
    }
  }

  async #takeToolset(
    toolset: CatalogueFile["toolsets"][number],
    there: ReadonlySet<string>,
  ): Promise<Imported> {
    const { isTrial, replaces, signal } = this.#options;
    const { id } = toolset;
    const isThere = there.has(id);
    if (isThere && !replaces)
      return {
        kind: "toolset",
        id,
        outcome: "kept",
        reason: "it exists; --replace takes this one",
      };
    try {
      // The hub judges what is in the file.
      const definition = toolset as unknown as ToolsetInput;
      if (!isTrial && isThere) await this.#hub.replaceToolset(id, definition, undefined, signal);
      else if (!isTrial) await this.#hub.createToolset(definition, signal);
      return { kind: "toolset", id, outcome: isThere ? "replaced" : "added" };
    } catch (error) {
      return failed("toolset", id, error);
    }
  }
}
