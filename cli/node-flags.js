// How Node runs the programs; plain JavaScript, for the launcher may run under an older one.

/** Given for each start of `cli/main.ts`. */
export const nodeFlags = [
  '--no-warnings',
  // Room for new objects, in MiB. Node takes 64 to 128 by itself, which under load is most of a controller's memory and saves
  // no time that could be measured.
  '--max-semi-space-size=16',
];
