// Servers of tests come and go on the same ports. The fetch of Node 20 sends a request over a connection that such a
// server has just closed, and fails; that of undici 7 notices. Loading it is enough: Node's fetch then uses its agent.
import "undici";
