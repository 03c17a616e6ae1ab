// IP addresses and networks as numbers, with the strict grammar of Go's net package.
// Promise: no leading zeros, no zones, no short forms; an IPv4-mapped IPv6 address is the IPv4 address.
// Never: an address repaired.

export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export interface Network {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
  readonly prefix: number;
}

const mapped = 0xffffn << 32n;

export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = parseV4(text);
    return value === undefined ? undefined : { bits: 32, value };
  }
  const value = parseV6(text);
  if (value === undefined) return undefined;
  return value >> 32n === 0xffffn ? { bits: 32, value: value - mapped } : { bits: 128, value };
}

/** The network around the address, as `10.1.2.3/8` is 10.0.0.0/8. */
export function parseNetwork(text: string): Network | undefined {
  const [, host = '', digits = ''] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? [];
  const prefix = Number(digits);
  if (!host.includes(':')) {
    const value = parseV4(host);
    return value === undefined || prefix > 32 ? undefined : network(32, value, prefix);
  }
  const value = parseV6(host);
  return value === undefined || digits === '' || prefix > 128 ? undefined : network(128, value, prefix);
}

export function network(bits: 32 | 128, value: bigint, prefix: number): Network {
  const size = 1n << BigInt(bits - prefix);
  const first = value - (value % size);
  return { bits, first, last: first + size - 1n, prefix };
}

export function formatAddress({ bits, value }: Address): string {
  if (bits === 32) return formatV4(value);
  if (value >> 32n === 0xffffn) return formatV4(value - mapped);
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - index * 16)) & 0xffffn);
  const zeros = longestZeros(groups);
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return zeros ? `${hex(0, zeros.start)}::${hex(zeros.end, 8)}` : hex(0, 8);
}

function formatV4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
}

function longestZeros(groups: readonly bigint[]): { start: number; end: number } | undefined {
  let best: { start: number; end: number } | undefined;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0n) end++;
    if (end - start >= 2 && end - start > (best ? best.end - best.start : 0)) best = { start, end };
  }
  return best;
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  const valid =
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return valid ? parts.reduce((value, part) => (value << 8n) + BigInt(part), 0n) : undefined;
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const sides = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  const [left, right] = sides;
  if (left === undefined || sides.includes(undefined)) return undefined;
  const given = left.length + (right?.length ?? 0);
  if (right === undefined ? given !== 8 : given > 7) return undefined;
  const zeros = Array.from({ length: 8 - given }, () => 0n);
  return [...left, ...zeros, ...(right ?? [])].reduce((value, group) => (value << 16n) + group, 0n);
}

/** The last two groups may be written as an IPv4 address. */
function groupsOf(text: string, mayEndInV4: boolean): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const v4 = mayEndInV4 && index === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(v4 >> 16n, v4 & 0xffffn);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}
