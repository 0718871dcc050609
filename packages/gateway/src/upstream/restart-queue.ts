/** When a call came, and until when it waits. It keeps both when it has to wait again. */
export type Place = {
  /** Grows with every call. */
  readonly arrival: number;
  /** Hub time. */
  readonly since: number;
  /** Hub time. */
  readonly until: number;
};

/** Calls that wait for one server, in the order they came. */
export class RestartQueue<Call extends { readonly place: Place }> {
  /** In the order of their arrivals. */
  #calls: Call[] = [];

  get size(): number {
    return this.#calls.length;
  }

  get calls(): readonly Call[] {
    return this.#calls;
  }

  /** Takes a call to its place: one that has waited before goes before those that came after it. */
  add(call: Call): void {
    let index = this.#calls.length;
    while (index > 0 && (this.#calls[index - 1]?.place.arrival ?? 0) > call.place.arrival)
      index -= 1;
    this.#calls.splice(index, 0, call);
  }

  /** False when it does not wait here. */
  remove(call: Call): boolean {
    const index = this.#calls.indexOf(call);
    if (index === -1) return false;
    this.#calls.splice(index, 1);
    return true;
  }

  /** Takes out those that may wait no longer. */
  takeOverdue(now: number): Call[] {
    const isOverdue = ({ place }: Call) => place.until <= now;
    const overdue = this.#calls.filter(isOverdue);
    if (overdue.length > 0) this.#calls = this.#calls.filter((call) => !isOverdue(call));
    return overdue;
  }

  takeAll(): Call[] {
    return this.#calls.splice(0);
  }
}
