export { sha256Hex } from "../hash.js";
export { bytesOf } from "../json.js";
export { nameKey } from "../names.js";
export { skeleton } from "../text.js";
