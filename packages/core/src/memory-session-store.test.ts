import { MemorySessionStore } from "./memory-session-store.js";
import { describeSessionStore } from "./testing/session-store-contract.js";

describeSessionStore("memory", async () => new MemorySessionStore());
