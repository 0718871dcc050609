/** A client that may be the cause of what a server sends: a session, or one stateless call. */
export type Asker = object;

/**
 * Who may have caused what a server sends without saying in whose course. A client counts while its
 * session is open or a call of it is under way. A call that was given up without an answer may still
 * be worked on; once its client is gone too, nobody can tell any more whose the next message is.
 */
export class Askers<Client extends Asker> {
  readonly #sessions = new Set<Client>();
  readonly #calling = new Map<Client, number>();
  readonly #gaveUp = new Set<Client>();
  #hasStray = false;

  open(session: Client): void {
    this.#sessions.add(session);
  }

  close(session: Client): void {
    this.#sessions.delete(session);
    if (this.#gaveUp.delete(session)) this.#hasStray = true;
  }

  began(client: Client): void {
    this.#calling.set(client, (this.#calling.get(client) ?? 0) + 1);
  }

  /** A call is over; `isAnswered`: by the server, so that nothing of it is left there. */
  ended(client: Client, isAnswered: boolean): void {
    const others = (this.#calling.get(client) ?? 0) - 1;
    if (others > 0) this.#calling.set(client, others);
    else this.#calling.delete(client);
    if (isAnswered) return;
    if (this.#sessions.has(client)) this.#gaveUp.add(client);
    else this.#hasStray = true;
  }

  /** Another server process knows nothing of what was. */
  forgetCalls(): void {
    this.#gaveUp.clear();
    this.#hasStray = false;
  }

  /** The only client it can be, if there is no other. */
  get sole(): Client | undefined {
    if (this.#hasStray) return undefined;
    const clients = new Set([...this.#sessions, ...this.#calling.keys()]);
    const [first] = clients;
    return clients.size === 1 ? first : undefined;
  }
}
