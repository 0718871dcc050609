export { eventKinds } from "../events.js";
