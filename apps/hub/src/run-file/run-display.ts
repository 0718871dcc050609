import type { FileNews, ServerState } from "@hub/register/run";
import type { Output } from "../command-line/output.js";
import { type Line, toned } from "../command-line/styled.js";
import type { SeenByHub } from "./hub-view.js";
import { newsLine, stateLine, stateTable, summaryLine } from "./state-lines.js";

/** How often a screen is drawn anew at most, in milliseconds. */
const drawMs = 200;
const mostNews = 5;

export interface RunDisplayOptions {
  readonly output: Output;
  /** What stands above the table. */
  readonly title: string;
  /** Lines, also on a terminal. */
  readonly isPlain: boolean;
  /** All servers of the file; none until it has been read. */
  states(): readonly ServerState[];
  /** The lines of the terminal. */
  rows(): number;
}

/**
 * Shows how the servers of a file do: as one table that is kept true on a terminal; as a line for each change,
 * and the table once all are started, where output is read from top to bottom; as lines of JSON.
 */
export class RunDisplay {
  readonly #options: RunDisplayOptions;
  readonly #news: Line[] = [];
  readonly #told = new Map<string, string>();
  #seen: ReadonlyMap<string, SeenByHub> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #hasShownTable = false;
  #hasCleared = false;

  constructor(options: RunDisplayOptions) {
    this.#options = options;
  }

  get #isScreen(): boolean {
    const { output, isPlain } = this.#options;
    return output.isTerminal && !output.isJson && !isPlain;
  }

  onState(state: ServerState): void {
    const { output } = this.#options;
    if (output.isJson)
      output.item({ event: "server", at: new Date().toISOString(), ...state }, () => []);
    else if (this.#isScreen) this.#drawSoon();
    else this.#tell(state);
  }

  onFile(news: FileNews): void {
    const { output } = this.#options;
    if (output.isJson) {
      output.item({ event: "file", at: new Date().toISOString(), ...news }, () => []);
      return;
    }
    const line = newsLine(news);
    if (line === undefined) return;
    if (!this.#isScreen) {
      output.lines([line]);
      return;
    }
    this.#news.push(line);
    if (this.#news.length > mostNews) this.#news.shift();
    this.#drawSoon();
  }

  onHub(seen: ReadonlyMap<string, SeenByHub>): void {
    this.#seen = seen;
    if (this.#isScreen) this.#drawSoon();
  }

  /** The file has been read: from now on `states` has all of its servers. */
  onRead(): void {
    const { output } = this.#options;
    if (output.isJson) return;
    if (this.#isScreen) this.#drawSoon();
    else this.#tableOnceSettled();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** Says a change in a line, unless only its figures changed. */
  #tell(state: ServerState): void {
    const { output } = this.#options;
    const { name, phase, trouble, hub } = state;
    // That it waits and starts again is no news; why it goes on starting is.
    const what =
      phase === "waiting" || (phase === "starting" && trouble === undefined)
        ? ""
        : JSON.stringify([phase, trouble, hub === "registered"]);
    if (what !== "" && this.#told.get(name) !== what) output.lines([stateLine(state)]);
    this.#told.set(name, what);
    this.#tableOnceSettled();
  }

  /** Shows the table once all are started; a URL where nothing listens yet keeps nobody waiting. */
  #tableOnceSettled(): void {
    const { output, states } = this.#options;
    const all = states();
    const isSettled = all.every(
      ({ phase, kind }) => phase !== "waiting" && (phase !== "starting" || kind === "url"),
    );
    if (all.length === 0 || !isSettled || this.#hasShownTable) return;
    this.#hasShownTable = true;
    output.lines(["", ...stateTable(all, this.#seen, output.columns), "", summaryLine(all)]);
  }

  #drawSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
    }, drawMs);
  }

  /** What is not up comes first where not all fit. */
  #draw(): void {
    const { output, title, states, rows } = this.#options;
    const all = states();
    const room = Math.max(3, rows() - this.#news.length - 6);
    const isTooLong = all.length > room;
    const shown = isTooLong
      ? [...all]
          .sort((one, other) => Number(one.phase === "up") - Number(other.phase === "up"))
          .slice(0, room - 1)
      : all;
    const hidden = all.length - shown.length;
    // What stood there before this began must not show between the lines.
    if (!this.#hasCleared) output.text("\n".repeat(rows()));
    this.#hasCleared = true;
    output.screen([
      [toned(title, "strong"), `  ${summaryLine(all)}`],
      "",
      ...stateTable(shown, this.#seen, output.columns),
      ...(hidden === 0 ? [] : [toned(`and ${hidden} more`, "dim")]),
      ...(this.#news.length === 0 ? [] : ["", ...this.#news]),
    ]);
  }
}
