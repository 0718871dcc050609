import {
  type BudgetName,
  type BudgetRow,
  type Budgets,
  budgetNames,
  defaultBudgets,
  rowOf,
  settingOf,
} from "./budgets.js";
import { ByteShares } from "./byte-shares.js";
import { Shares } from "./shares.js";

/** How much of a budget is in use; of one that each server or client has, by the one that uses most. */
export type BudgetUse = {
  readonly used: number;
  /** Who uses most: the id of a server or a principal, the address of a client. */
  readonly by?: string | undefined;
};

/** One limit with what is used of it. */
export type BudgetReport = BudgetUse &
  Pick<BudgetRow, "per" | "unit"> & {
    readonly name: BudgetName;
    /** The environment variable that changes it. */
    readonly setting: string;
    readonly limit: number;
    /** How often something was refused, cut or left out because of it since the hub started. */
    readonly refused: number;
  };

/** The budgets of one hub and what is in use of each. Whoever holds a limit reads it here and says here when it was met. */
export class BudgetBook {
  readonly #limits: Budgets;
  readonly #gauges = new Map<BudgetName, Set<() => BudgetUse>>();
  readonly #refused = new Map<BudgetName, number>();
  readonly #shares = new Map<BudgetName, Shares>();
  readonly #byteShares = new Map<BudgetName, ByteShares>();

  /** Budgets that are not given have their defaults. */
  constructor(limits: Partial<Budgets> = {}) {
    this.#limits = { ...defaultBudgets, ...limits };
  }

  limit(name: BudgetName): number {
    return this.#limits[name];
  }

  /** For refusals: how many `things` there are, what one client may have of them, and the setting. */
  shareText(name: BudgetName, things: string): string {
    return `${this.limit(name)} ${things} (${settingOf(name)}; one address alone may have half of them)`;
  }

  /** Reads with `use` what is in use, when somebody asks. Returns how to stop. */
  watch(name: BudgetName, use: () => BudgetUse): () => void {
    const gauges = this.#gauges.get(name) ?? new Set();
    this.#gauges.set(name, gauges.add(use));
    return () => gauges.delete(use);
  }

  /** The places of a budget of the whole hub: the same pool for all who ask, with its use watched. */
  shares(name: BudgetName): Shares {
    const known = this.#shares.get(name);
    if (known !== undefined) return known;
    const shares = new Shares(this.limit(name));
    this.#shares.set(name, shares);
    this.watch(name, () => ({ used: shares.size, by: shares.largest }));
    return shares;
  }

  /** The same for a budget of bytes. */
  byteShares(name: BudgetName): ByteShares {
    const known = this.#byteShares.get(name);
    if (known !== undefined) return known;
    const shares = new ByteShares(this.limit(name));
    this.#byteShares.set(name, shares);
    this.watch(name, () => ({ used: shares.total, by: shares.largest }));
    return shares;
  }

  /** Counts that something was refused, cut or left out because of this budget. */
  refused(name: BudgetName): void {
    this.#refused.set(name, (this.#refused.get(name) ?? 0) + 1);
  }

  report(): readonly BudgetReport[] {
    return budgetNames.map((name) => {
      const { per, unit } = rowOf(name);
      return {
        name,
        setting: settingOf(name),
        per,
        unit,
        limit: this.#limits[name],
        ...this.#use(name),
        refused: this.#refused.get(name) ?? 0,
      };
    });
  }

  /** What several hold of a budget of the whole hub adds up; of one that each has, the most counts. */
  #use(name: BudgetName): BudgetUse {
    const uses = [...(this.#gauges.get(name) ?? [])].map((read) => read());
    const most = uses.reduce<BudgetUse>((one, use) => (use.used > one.used ? use : one), {
      used: 0,
    });
    if (rowOf(name).per !== "hub") return most;
    return { ...most, used: uses.reduce((sum, { used }) => sum + used, 0) };
  }
}
