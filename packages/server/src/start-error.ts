/** A reason not to start that is the operator's to mend; its message says how. */
export class StartError extends Error {}
