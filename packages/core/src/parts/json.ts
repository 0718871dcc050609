export { isJsonObject, type JsonObject, type JsonValue, jsonOf } from "../json.js";
