// Which of the pinned platforms this machine is.
// Promise: `undefined` on a platform that pins.ts does not know, never a guess.
// Never: emulation or a near match.
import type { Platform } from './pins.ts';

const known: readonly Platform[] = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

export function currentPlatform(): Platform | undefined {
  return known.find((platform) => platform === `${process.platform}-${process.arch}`);
}
