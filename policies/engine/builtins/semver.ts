// Semantic Versioning 2.0.0, with the optional leading "v" that Rego allows.
// Promise: precedence of the specification. Never: a version repaired before it is compared.
import { type Builtin, fail, text } from './operands.ts';

interface Version {
  readonly numbers: readonly bigint[];
  readonly preRelease: readonly string[];
}

export const semverBuiltins: Readonly<Record<string, Builtin>> = {
  'semver.is_valid': ([value]) => typeof value === 'string' && parse(value) !== undefined,
  'semver.compare': (operands) => {
    const [a, b] = [parse(text(operands, 0)), parse(text(operands, 1))];
    return a && b ? compareVersions(a, b) : fail('not a semantic version');
  },
};

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const number = '(0|[1-9]\\d*)';
const pattern = new RegExp(
  `^v?${number}\\.${number}\\.${number}(?:-(${identifiers}))?(?:\\+${identifiers})?$`,
);
const mostNumber = 2n ** 63n - 1n;

function parse(version: string): Version | undefined {
  const found = pattern.exec(version);
  if (!found) return undefined;
  const numbers = found.slice(1, 4).map(BigInt);
  const preRelease = found[4]?.split('.') ?? [];
  const valid =
    numbers.every((part) => part <= mostNumber) && !preRelease.some((part) => /^0\d+$/.test(part));
  return valid ? { numbers, preRelease } : undefined;
}

function compareVersions(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  // A release is above its own pre-releases.
  if (a.preRelease.length === 0 || b.preRelease.length === 0)
    return Math.sign(b.preRelease.length) - Math.sign(a.preRelease.length);
  for (const [index, part] of a.preRelease.entries()) {
    const other = b.preRelease[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(part, other);
    if (order !== 0) return order;
  }
  return a.preRelease.length < b.preRelease.length ? -1 : 0;
}

function compareIdentifiers(a: string, b: string): number {
  const numeric = (part: string) => /^\d+$/.test(part);
  if (numeric(a) && numeric(b)) return a === b ? 0 : BigInt(a) < BigInt(b) ? -1 : 1;
  if (numeric(a) !== numeric(b)) return numeric(a) ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}
