/** The files the build copies, one folder up from `src` and from `dist`. */
export const assetFolder = new URL("../assets/", import.meta.url);
