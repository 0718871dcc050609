import { createHash } from "node:crypto";
import type { CapabilityItem } from "@hub/core";
import type { HeaderParameter } from "@hub/mcp";
import { isCutName } from "./naming.js";
import type { ReadyJson } from "./ready-json.js";

/** One tool, prompt, resource or template of one server, under the name or URI it has here. */
export type ShownItem = {
  readonly serverId: string;
  /** As its server calls it. */
  readonly name: string;
  readonly exposed: string;
  /** The name it had here before, where that is another one. */
  readonly former?: string;
  readonly item: CapabilityItem;
  /** Changes exactly when the definition does, as it is shown here. */
  readonly digest: string;
  /** Arguments of a tool that travel in headers as well. */
  readonly headers: readonly HeaderParameter[];
  /** Where its definition is, under the exposed name, as JSON. */
  readonly ready: ReadyJson;
  readonly index: number;
};

/** What one server shows in one list. It never changes, so that all views that show it so share it. */
export class Part {
  readonly serverId: string;
  /** In the server's order; what has the same name as another is in it, and in `items` not. */
  readonly all: readonly ShownItem[];
  readonly items: readonly ShownItem[];
  readonly #byName = new Map<string, ShownItem>();
  readonly #byFormerName = new Map<string, ShownItem>();
  #byOwnName: ReadonlyMap<string, ShownItem> | undefined;
  #cut: readonly ShownItem[] | undefined;
  #digest: string | undefined;
  #json: readonly Buffer[] | undefined;
  #characters: number | undefined;

  constructor(serverId: string, all: readonly ShownItem[]) {
    this.serverId = serverId;
    this.all = all;
    const twice = new Set<string>();
    for (const item of all) {
      if (this.#byName.has(item.exposed)) twice.add(item.exposed);
      this.#byName.set(item.exposed, item);
    }
    for (const name of twice) this.#byName.delete(name);
    for (const item of all)
      if (item.former !== undefined && !twice.has(item.exposed))
        this.#byFormerName.set(item.former, item);
    this.items = twice.size === 0 ? all : all.filter(({ exposed }) => !twice.has(exposed));
  }

  get(exposed: string): ShownItem | undefined {
    return this.#byName.get(exposed);
  }

  /** By the name it had here before. */
  getFormer(exposed: string): ShownItem | undefined {
    return this.#byFormerName.get(exposed);
  }

  /** By what its server calls it. */
  own(name: string): ShownItem | undefined {
    this.#byOwnName ??= new Map(this.items.map((item) => [item.name, item]));
    return this.#byOwnName.get(name);
  }

  /** Those whose names hold only a part of the server's own (see `isCutName`). */
  get cut(): readonly ShownItem[] {
    this.#cut ??= this.items.filter(({ serverId, name, exposed }) =>
      isCutName(serverId, name, exposed),
    );
    return this.#cut;
  }

  /** Changes exactly when what it shows does. */
  get digest(): string {
    if (this.#digest !== undefined) return this.#digest;
    const hash = createHash("sha256");
    for (const { exposed, digest } of this.items) hash.update(`${exposed} ${digest}\n`);
    this.#digest = hash.digest("base64url");
    return this.#digest;
  }

  /** Its definitions in pieces of what is ready, each definition with a comma before it. */
  get json(): readonly Buffer[] {
    this.#json ??= piecesOf(this.items);
    return this.#json;
  }

  /** How long its definitions are, without commas. */
  get characters(): number {
    this.#characters ??= this.json.reduce(
      (sum, piece) => sum + piece.toString("utf8").length,
      -this.items.length,
    );
    return this.#characters;
  }
}

/** Neighbours become one piece. */
function piecesOf(items: readonly ShownItem[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < items.length; ) {
    const first = items[start];
    if (first === undefined) break;
    let end = start + 1;
    while (items[end]?.ready === first.ready && items[end]?.index === first.index + end - start)
      end++;
    pieces.push(first.ready.slice(first.index, first.index + end - start));
    start = end;
  }
  return pieces;
}
