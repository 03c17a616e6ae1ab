// Durations: Go's (`1h30m`, `-1.5s`, `2us`) with Rego's days, weeks and years of fixed length beside them.
// Promise: nanoseconds within 64 bits, fractions cut as Go cuts them. Never: a calendar; a day has 24 hours.
import { isInt64 } from './civil.ts';
import { fail } from './operands.ts';

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const hoursOf: Readonly<Record<string, number>> = { d: 24, w: 7 * 24, y: 365 * 24 };

export function parseDuration(duration: string): bigint {
  return parseGo(/[dwy]/.test(duration) ? inHours(duration) : duration);
}

/** Days, weeks and years rewritten as hours. */
function inHours(duration: string): string {
  const whole = /^[+-]?(?:[0-9.]+(?:ms|us|µs|ns|[a-z]))+$/;
  if (!whole.test(duration)) return fail('not a duration');
  return duration.replaceAll(/([0-9.]+)(ms|us|µs|ns|[a-z])/g, (segment, digits: string, unit: string) => {
    const hours = hoursOf[unit];
    if (hours === undefined) return segment;
    const product = Number(digits) * hours;
    return Number.isNaN(product) || digits === '.' ? fail('not a duration') : `${product}h`;
  });
}

function parseGo(duration: string): bigint {
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(duration) ?? [];
  if (body === '0') return 0n;
  const segments = [...body.matchAll(/(\d*)(?:\.(\d*))?([^\d.]+)/gy)];
  const length = segments.reduce((sum, [segment]) => sum + segment.length, 0);
  if (body === '' || length !== body.length) return fail('not a duration');
  const total = segments.reduce((sum, [, whole = '', fraction = '', unit = '']) => {
    const size = units[unit] ?? fail(`unknown unit ${unit}`);
    if (whole + fraction === '') return fail('not a duration');
    return sum + BigInt(whole || '0') * size + cut(fraction, size);
  }, 0n);
  const value = sign === '-' ? -total : total;
  return isInt64(value) ? value : fail('the duration is too long');
}

/** In floating point, as Go computes it. */
function cut(fraction: string, size: bigint): bigint {
  if (fraction === '') return 0n;
  const digits = fraction.slice(0, 18);
  return BigInt(Math.trunc(Number(digits) * (Number(size) / 10 ** digits.length)));
}
