// Ranges of addresses in canonical form, so that two spellings of one range are one range: no host bits, no IPv4-mapped
// IPv6, lower-case and compressed IPv6.

import ipaddr from 'ipaddr.js';
import { z } from 'zod';

export interface Range {
  readonly family: 4 | 6;
  /** First address, as a number. */
  readonly first: bigint;
  readonly bits: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;

/** Parses `address/bits`. Undefined when it is not a range, or an IPv4 range in IPv6 clothes. */
export function parseRange(text: string): Range | undefined {
  if (!/^[0-9a-fA-F.:]+\/\d{1,3}$/.test(text) || !ipaddr.isValidCIDR(text)) return undefined;
  const [address, bits] = ipaddr.parseCIDR(text);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) return undefined;
  if (address instanceof ipaddr.IPv4 && !ipaddr.IPv4.isValidFourPartDecimal(text.split('/')[0] ?? ''))
    return undefined;
  const first = address.toByteArray().reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  return { family: address.kind() === 'ipv4' ? 4 : 6, first, bits };
}

/** Number of addresses. */
export const sizeOf = (range: Range): bigint => 1n << BigInt(WIDTH[range.family] - range.bits);

/** Whether two ranges share an address. */
export function overlap(left: Range, right: Range): boolean {
  return (
    left.family === right.family &&
    left.first < right.first + sizeOf(right) &&
    right.first < left.first + sizeOf(left)
  );
}

export function formatAddress(family: 4 | 6, number: bigint): string {
  const bytes = Array.from({ length: WIDTH[family] / 8 }, (_, index) =>
    Number((number >> BigInt(WIDTH[family] - 8 * (index + 1))) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

/** Why a range is not in canonical form; undefined when it is. */
export function rangeProblem(text: string): string | undefined {
  const range = parseRange(text);
  if (range === undefined) return 'it is not a range such as "10.20.0.0/24" or "fd00::/64"';
  const network = range.first - (range.first % sizeOf(range));
  const canonical = `${formatAddress(range.family, network)}/${range.bits}`;
  return canonical === text ? undefined : `write the range as "${canonical}"`;
}

/** A range in canonical form. */
export function cidr(description: string, more: { readonly immutable?: boolean } = {}) {
  return z
    .string()
    .max(64)
    .check(({ value, issues }) => {
      const message = rangeProblem(value);
      if (message !== undefined) issues.push({ code: 'custom', input: value, path: [], message });
    })
    .meta({
      description,
      ...more,
      cel: [
        {
          rule: 'isCIDR(self) && string(cidr(self).masked()) == self',
          message: 'a range in canonical form, such as "10.20.0.0/24" or "fd00::/64", without host bits',
        },
      ],
    });
}
