// Looks through msgpack before anything is built from it. Promise: what passes needs memory in proportion to its bytes, and is
// nested no deeper than values are. Never: a value; this only counts. The decoder allocates every list at its declared length
// before it reads an element, so a few bytes of nested lists could ask for more memory than there is.

import { ValueError } from './text.ts';

/** Deeper than any schema or configuration, and far from the end of the stack. */
const MOST_DEPTH = 256;

/** Throws ValueError for bytes that are cut short, go on after the value, or are nested too deeply. */
export function checkBounds(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** How many values are still to come, for each container that is open. */
  const open: number[] = [1];
  let at = 0;
  /** Of all open containers: each takes one byte at least. */
  let expected = 1;
  while (expected > 0) {
    if (expected > bytes.length - at) throw new ValueError('', 'the msgpack is cut short');
    const { skip, children } = headAt(view, at);
    at += skip;
    expected += children - 1;
    open[open.length - 1] = (open.at(-1) ?? 0) - 1;
    if (children > 0) open.push(children);
    while (open.at(-1) === 0) open.pop();
    if (open.length > MOST_DEPTH) throw new ValueError('', `values are nested more than ${MOST_DEPTH} deep`);
  }
  if (at !== bytes.length) throw new ValueError('', 'the msgpack does not end where its value ends');
}

interface Head {
  /** Bytes until the next value: of a container its head alone. */
  readonly skip: number;
  readonly children: number;
}

const leaf = (skip: number): Head => ({ skip, children: 0 });

/** By the first byte; the table is that of the format's specification. */
function headAt(view: DataView, at: number): Head {
  const first = view.getUint8(at);
  if (first <= 0x7f || first >= 0xe0) return leaf(1);
  if (first <= 0x8f) return { skip: 1, children: 2 * (first & 0x0f) };
  if (first <= 0x9f) return { skip: 1, children: first & 0x0f };
  if (first <= 0xbf) return leaf(1 + (first & 0x1f));
  const fixed = FIXED.get(first);
  if (fixed !== undefined) return leaf(fixed);
  const sized = SIZED.get(first);
  if (sized === undefined) throw new ValueError('', 'the msgpack has a byte that means nothing');
  const { width, is } = sized;
  if (at + 1 + width > view.byteLength) throw new ValueError('', 'the msgpack is cut short');
  const size =
    width === 1 ? view.getUint8(at + 1) : width === 2 ? view.getUint16(at + 1) : view.getUint32(at + 1);
  const head = 1 + width;
  switch (is) {
    case 'bytes':
      return leaf(head + size);
    case 'extension':
      return leaf(head + 1 + size);
    case 'list':
      return { skip: head, children: size };
    case 'map':
      return { skip: head, children: 2 * size };
  }
}

/** nil, false, true, the numbers, and extensions of fixed length: bytes in all. */
const FIXED: ReadonlyMap<number, number> = new Map([
  ...([0xc0, 0xc2, 0xc3] as const).map((head) => [head, 1] as const),
  ...([0xcc, 0xd0] as const).map((head) => [head, 2] as const),
  ...([0xcd, 0xd1, 0xd4] as const).map((head) => [head, 3] as const),
  [0xd5, 4],
  ...([0xca, 0xce, 0xd2] as const).map((head) => [head, 5] as const),
  [0xd6, 6],
  ...([0xcb, 0xcf, 0xd3] as const).map((head) => [head, 9] as const),
  [0xd7, 10],
  [0xd8, 18],
]);

interface Sized {
  /** Of the length, in bytes. */
  readonly width: 1 | 2 | 4;
  readonly is: 'bytes' | 'extension' | 'list' | 'map';
}

const SIZED: ReadonlyMap<number, Sized> = new Map([
  [0xc4, { width: 1, is: 'bytes' }],
  [0xc5, { width: 2, is: 'bytes' }],
  [0xc6, { width: 4, is: 'bytes' }],
  [0xc7, { width: 1, is: 'extension' }],
  [0xc8, { width: 2, is: 'extension' }],
  [0xc9, { width: 4, is: 'extension' }],
  [0xd9, { width: 1, is: 'bytes' }],
  [0xda, { width: 2, is: 'bytes' }],
  [0xdb, { width: 4, is: 'bytes' }],
  [0xdc, { width: 2, is: 'list' }],
  [0xdd, { width: 4, is: 'list' }],
  [0xde, { width: 2, is: 'map' }],
  [0xdf, { width: 4, is: 'map' }],
]);
