/** Every token of a hub begins so, which is how scanners of secrets find one. */
export const tokenMark = "mh_";
