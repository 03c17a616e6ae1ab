// Which addresses what runs here may call: the operator's list, in one form that admission reads now and whoever opens the
// connection reads later. A name says nothing about where it leads, so who connects must ask again with the address that
// the name resolved to.

import ipaddr from 'ipaddr.js';
import { overlap, parseRange, type Range, rangeProblem } from '../crds/cidr.ts';

export interface EgressSettings {
  /** Host names, `*.suffix`, addresses and ranges. */
  readonly egressAllow: readonly string[];
  /** Loopback without being on the list. */
  readonly egressAllowLoopback: boolean;
}

type Entry =
  | { readonly is: 'host'; readonly name: string }
  | { readonly is: 'suffix'; readonly name: string }
  | { readonly is: 'range'; readonly range: Range };

const NAME = /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Undefined when the text is none of the forms of an entry. */
export function parseEgressEntry(text: string): Entry | undefined {
  const range = rangeProblem(text) === undefined ? parseRange(text) : addressRange(text);
  if (range !== undefined) return { is: 'range', range };
  const name = text.toLowerCase();
  if (name.startsWith('*.') && NAME.test(name.slice(2))) return { is: 'suffix', name: name.slice(1) };
  // What ends in digits a URL reads as an IPv4 address, so it would never match as a name.
  return NAME.test(name) && !/(^|\.)\d+$/.test(name) ? { is: 'host', name } : undefined;
}

/**
 * Why a host may not be called; undefined when it may. `host` is as `URL.hostname` gives it, which has already turned every
 * spelling of an IPv4 address (octal, hexadecimal, one number) into four decimal parts.
 */
export function egressProblem(host: string, settings: EgressSettings): string | undefined {
  const plain = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  const entries = settings.egressAllow.map(parseEgressEntry).filter((entry) => entry !== undefined);
  return ipaddr.isValid(plain)
    ? addressProblem(plain, entries, settings)
    : nameProblem(plain, entries, settings);
}

function nameProblem(name: string, entries: readonly Entry[], settings: EgressSettings): string | undefined {
  const local = name === 'localhost' || name.endsWith('.localhost');
  if (local && settings.egressAllowLoopback) return undefined;
  const listed = entries.some(
    (entry) =>
      (entry.is === 'host' && entry.name === name) ||
      (entry.is === 'suffix' && !local && name.endsWith(entry.name)),
  );
  if (listed) return undefined;
  return local ? `"${name}" is a loopback name` : `"${name}" is not on the list`;
}

function addressProblem(
  text: string,
  entries: readonly Entry[],
  settings: EgressSettings,
): string | undefined {
  const address = ipaddr.parse(text);
  // Never by the list: the same host has a plainer address, by which it is judged.
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress())
    return `"${text}" is an IPv4 address written as IPv6; write ${address.toIPv4Address().toString()}`;
  const sort = address.range();
  if (sort === 'loopback' && settings.egressAllowLoopback) return undefined;
  const own = addressRange(text);
  const named = entries.some(
    (entry) =>
      entry.is === 'range' &&
      own !== undefined &&
      overlap(entry.range, own) &&
      // A wide range, such as 0.0.0.0/0, does not name the private addresses that lie in it.
      (sort === 'unicast' || sortOf(entry.range) === sort),
  );
  if (named) return undefined;
  return sort === 'unicast'
    ? `${text} is not on the list`
    : `${text} is ${SORTS[sort] ?? 'a reserved'} address, and the list does not name it`;
}

const SORTS: Readonly<Record<string, string>> = {
  loopback: 'a loopback',
  linkLocal: 'a link-local',
  private: 'a private',
  uniqueLocal: 'a private',
  carrierGradeNat: 'a private',
  multicast: 'a multicast',
  unspecified: 'an unspecified',
};

function addressRange(text: string): Range | undefined {
  return parseRange(`${text}/${text.includes(':') ? 128 : 32}`);
}

/** The sort of a range is the sort of its first address. */
function sortOf({ family, first }: Range): string {
  const width = family === 4 ? 4 : 16;
  const bytes = Array.from({ length: width }, (_, index) =>
    Number((first >> BigInt(8 * (width - 1 - index))) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).range();
}
