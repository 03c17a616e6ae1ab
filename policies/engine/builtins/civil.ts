// Instants in nanoseconds and the calendar of a time zone.
// Promise: the proleptic Gregorian calendar to the nanosecond; zones come from the runtime's own zone data.
// Never: the zone of this machine, which would decide differently elsewhere.
import { fail } from './operands.ts';

export interface Civil {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

export interface Zoned extends Civil {
  readonly ns: bigint;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly yearDay: number;
  readonly offsetSeconds: number;
  readonly zone: string;
}

const second = 1_000_000_000n;
const daySeconds = 86_400;

export function inZone(ns: bigint, zone: string): Zoned {
  const offsetSeconds = offsetAt(floorDiv(ns, second), zone);
  const local = ns + BigInt(offsetSeconds) * second;
  const seconds = Number(floorDiv(local, second));
  const date = new Date(Math.floor(seconds / daySeconds) * daySeconds * 1000);
  const inDay = seconds - Math.floor(seconds / daySeconds) * daySeconds;
  const year = date.getUTCFullYear();
  return {
    ns,
    zone,
    offsetSeconds,
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    yearDay: (date.getTime() / 1000 - epochSeconds(year, 1, 1)) / daySeconds + 1,
    hour: Math.floor(inDay / 3600),
    minute: Math.floor(inDay / 60) % 60,
    second: inDay % 60,
    nanosecond: Number(local - BigInt(seconds) * second),
  };
}

/** Months and days out of range run over into years and months. */
export function instantOf(civil: Civil, zone: string): bigint {
  const { year, month, day, hour, minute, nanosecond } = civil;
  if (Math.abs(year) > 250_000 || Math.abs(month) > 3_000_000 || Math.abs(day) > 90_000_000)
    return fail('time outside of valid range');
  const local = epochSeconds(year, month, day) + hour * 3600 + minute * 60 + civil.second;
  // The offset is that of the wall clock taken for UTC, or where that is another period's, of the time it gives.
  const first = offsetAt(BigInt(local), zone);
  const offset = first === 0 ? 0 : offsetAt(BigInt(local - first), zone);
  return BigInt(local - offset) * second + BigInt(nanosecond);
}

export function daysIn(year: number, month: number): number {
  return (epochSeconds(year, month + 1, 1) - epochSeconds(year, month, 1)) / daySeconds;
}

export function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** Date.UTC takes the years 0 to 99 for 1900 to 1999. */
function epochSeconds(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Number.isNaN(date.getTime()) ? fail('time outside of valid range') : date.getTime() / 1000;
}

function floorDiv(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetAt(seconds: bigint, zone: string): number {
  if (zone === '' || zone === 'UTC') return 0;
  const date = new Date(Number(seconds) * 1000);
  const name = formatFor(zone)
    .formatToParts(date)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign = '+', hours = '0', minutes = '0', rest = '0'] =
    /^GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?$/.exec(name ?? '') ?? fail(`unknown offset of ${zone}`);
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(rest));
}

function formatFor(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  // The runtime also knows `+02:00` and other spellings of a name; Rego knows names of the zone database only.
  if (!/^[A-Z][\w+-]*(\/[\w+-]+)*$/.test(zone) || zone === 'Local') return fail(`unknown time zone ${zone}`);
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
    return format;
  } catch {
    return fail(`unknown time zone ${zone}`);
  }
}
