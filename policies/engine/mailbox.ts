// Small messages through shared memory: a text and, with it, bytes. A message port takes several times as long.
// Promise: what does not fit is refused, and goes through the port. Never: two messages at once; each side waits for the other.

const capacity = 64 * 1024;
const encoder = new TextEncoder();

export interface SharedMail {
  readonly space: Uint8Array<SharedArrayBuffer>;
  /** Length of the text and of the bytes behind it. */
  readonly lengths: Int32Array<SharedArrayBuffer>;
}

export function sharedMail(): SharedMail {
  return {
    space: new Uint8Array(new SharedArrayBuffer(capacity)),
    lengths: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)),
  };
}

/** False where there is not enough space. */
export function post(
  { space, lengths }: SharedMail,
  text: string,
  bytes: Uint8Array = new Uint8Array(),
): boolean {
  // A UTF-16 unit takes at most three bytes.
  if (text.length * 3 + bytes.byteLength > capacity) return false;
  const { written } = encoder.encodeInto(text, space);
  space.set(bytes, written);
  lengths.set([written, bytes.byteLength]);
  return true;
}

/** Copies: what the other side writes next is another message. */
export function collect({ space, lengths }: SharedMail): { text: string; bytes: Uint8Array } {
  const [ofText = 0, ofBytes = 0] = lengths;
  return {
    text: Buffer.from(space.subarray(0, ofText)).toString(),
    bytes: space.slice(ofText, ofText + ofBytes),
  };
}
