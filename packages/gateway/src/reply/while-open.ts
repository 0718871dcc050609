/** Calls `end` when that ends which a request came with. Returns how to say that there is nothing to end any more. */
export type WhileOpen = (end: () => void) => () => void;
