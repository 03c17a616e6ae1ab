// One `lattice dev` for all end-to-end tests that do not break it: each test works in an org of its own.

import { type Dev, removeFolder, startDevProcess } from './dev.ts';

let dev: Dev | undefined;

export default async function setUp(): Promise<void> {
  dev = await startDevProcess({ sweepIntervalMs: 300 });
  process.env.LATTICE_TEST_STATE = dev.folder;
}

export async function tearDown(): Promise<void> {
  await dev?.stop();
  if (dev !== undefined) await removeFolder(dev.folder);
}
