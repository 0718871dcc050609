import { serverFaults } from "./faults.js";
import { faultsAtTheHub } from "./faults-at-the-hub.js";

/** All faults that are planted at a hub. */
export const allFaults = [...serverFaults, ...faultsAtTheHub];
