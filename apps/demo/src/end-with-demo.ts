// Loaded into each program of the demo before its own code. A demo that is killed with -9 can end
// nothing; what its programs notice is that their line to it is cut. They then end their own group.
process.once("disconnect", () => {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // Not the first of a group, or a system without groups.
    process.exit(1);
  }
});

// Listening must not keep a program alive that is done.
process.channel?.unref();
