// Loaded into a hub before it starts (`node --import diverted-ports.mjs?FROM=TO&…`): what that process alone connects
// to at a port of this machine goes to another one, as a router would lead it. So each way between two hubs can go
// through a link of its own, while all of them say the same addresses.
import { Socket } from "node:net";

const ports = new Map(new URL(import.meta.url).searchParams);
const { connect } = Socket.prototype;

Socket.prototype.connect = function (...given) {
  // Either what was given, or a list of it that Node has made.
  const [first] = given;
  const options = Array.isArray(first) ? first[0] : first;
  const to = ports.get(String(options?.port));
  if (to !== undefined) options.port = Number(to);
  return connect.apply(this, given);
};
