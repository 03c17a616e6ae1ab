// Networks: validity, expansion, merging, and which of many contain which.
// Promise: the answers of the native builtins, one address family at a time. Never: a look-up of a name.
import { isArray, RegoObject, RegoSet, type Value } from '../values.ts';
import { boundItems } from './bounds.ts';
import { formatAddress, type Network, network, parseAddress, parseNetwork } from './ip.ts';
import { type Builtin, fail, members, text } from './operands.ts';

export const netBuiltins: Readonly<Record<string, Builtin>> = {
  'net.cidr_is_valid': ([value]) => typeof value === 'string' && parseNetwork(value) !== undefined,
  'net.cidr_contains_matches': ([outer, inner]) => {
    const found: Value[] = [];
    for (const [cidr, key] of candidates(outer))
      for (const [cidrOrIp, otherKey] of candidates(inner))
        if (contains(cidr, cidrOrIp)) boundItems(found.push([key, otherKey]));
    return new RegoSet(found);
  },
  'net.cidr_expand': (operands) => {
    const { bits, first, last } = parseNetwork(text(operands, 0)) ?? fail('not a CIDR');
    boundItems(last - first);
    const addresses: string[] = [];
    for (let value = first; value <= last; value++) addresses.push(formatAddress({ bits, value }));
    return new RegoSet(addresses);
  },
  'net.cidr_merge': ([values]) => new RegoSet(merge(members(values, 0).map(toRange)).flatMap(toCidrs)),
};

/** What to compare, and what stands for it in the answer: itself, its index or its key. */
function candidates(value: Value | undefined): [string, Value][] {
  const cidrOf = (item: Value): string => {
    const cidr = isArray(item) ? item[0] : item;
    return typeof cidr === 'string' ? cidr : fail('an element must be a string or a non-empty array');
  };
  if (typeof value === 'string') return [[value, value]];
  if (value instanceof RegoSet) return value.items.map((item) => [cidrOf(item), item]);
  if (value instanceof RegoObject) return value.entries.map(([key, item]) => [cidrOf(item), key]);
  return value !== undefined && isArray(value) ? value.map((item, index) => [cidrOf(item), index]) : [];
}

function contains(cidr: string, cidrOrIp: string): boolean {
  const outer = parseNetwork(cidr) ?? fail('not a CIDR');
  const address = parseAddress(cidrOrIp);
  const inner = address
    ? { bits: address.bits, first: address.value, last: address.value }
    : (parseNetwork(cidrOrIp) ?? fail('neither an IP address nor a CIDR'));
  return outer.bits === inner.bits && outer.first <= inner.first && inner.last <= outer.last;
}

interface Range {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
  /** How an element that was merged with nothing is shown. */
  readonly alone?: string;
}

function toRange(value: Value): Range {
  if (typeof value !== 'string') return fail('an element must be a string');
  const address = parseAddress(value);
  if (address?.bits === 128) return fail('an IPv6 address needs a prefix length');
  // A bare IPv4 address stands for its historical class A, B or C network.
  if (address) {
    const prefix = address.value >> 31n === 0n ? 8 : address.value >> 30n === 2n ? 16 : 24;
    return { ...network(32, address.value, prefix), alone: `${formatAddress(address)}/${prefix}` };
  }
  const found = parseNetwork(value) ?? fail('neither an IP address nor a CIDR');
  return { ...found, alone: cidrText(found) };
}

/** From the end of the sorted ranges, each joined with the one before where they touch or overlap. */
function merge(ranges: Range[]): Range[] {
  const order = (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b));
  const sorted = ranges.toSorted(
    (a, b) => a.bits - b.bits || order(a.last, b.last) || order(a.first, b.first),
  );
  const merged: Range[] = [];
  for (const range of sorted.reverse()) {
    const later = merged.at(-1);
    if (later?.bits !== range.bits || later.first > range.last + 1n) merged.push(range);
    else
      merged[merged.length - 1] = {
        bits: range.bits,
        first: order(range.first, later.first) < 0 ? range.first : later.first,
        last: later.last,
      };
  }
  return merged;
}

/** The fewest networks that cover exactly the range. */
function toCidrs({ bits, first, last, alone }: Range): string[] {
  if (alone !== undefined) return [alone];
  const cidrs: string[] = [];
  for (let from = first; from <= last; ) {
    let prefix = bits as number;
    while (prefix > 0) {
      const wider = network(bits, from, prefix - 1);
      if (wider.first !== from || wider.last > last) break;
      prefix--;
    }
    const block = network(bits, from, prefix);
    cidrs.push(cidrText(block));
    from = block.last + 1n;
  }
  return cidrs;
}

function cidrText({ bits, first, prefix }: Network): string {
  return `${formatAddress({ bits, value: first })}/${prefix}`;
}
