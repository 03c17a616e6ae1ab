// Takes one file out of the bundle that `opa build` writes, a gzipped tar.
// Promise: the bytes of the file named. Never: anything written to disk, or another kind of entry than a plain file.
import { gunzipSync } from 'node:zlib';

const block = 512;

export function readTar(gzipped: Uint8Array, name: string): Uint8Array {
  const tar = gunzipSync(gzipped);
  for (let at = 0; at + block <= tar.length; ) {
    const field = (from: number, length: number) =>
      tar.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    const start = at + block;
    if (field(0, 100) === name) return new Uint8Array(tar.subarray(start, start + size));
    at = start + Math.ceil(size / block) * block;
  }
  throw new Error(`the bundle holds no ${name}`);
}
