// Reads a time in one of Go's layouts. Promise: accepts and refuses what Go does: one digit for two where Go lets it,
// a fraction that the layout does not name, dates that exist only. Never: the zone of this machine: without one it is UTC.
import { daysIn, instantOf } from './civil.ts';
import { fail } from './operands.ts';
import { chunksOf, months, weekdays } from './time-layout.ts';

interface Fields {
  year: number;
  month?: number;
  day?: number;
  yearDay?: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  half?: 'AM' | 'PM';
  offsetSeconds: number;
}

export function parseTime(layout: string, value: string): bigint {
  const fields: Fields = { year: 0, hour: 0, minute: 0, second: 0, nanosecond: 0, offsetSeconds: 0 };
  const chunks = chunksOf(layout);
  const rest = chunks.reduce((left, { text, element }, index) => {
    if (!element) return skipLiteral(left, text);
    const next = chunks[index + 1];
    return read(fields, text, left, next?.element === true && /^[.,]/.test(next.text));
  }, value);
  if (rest !== '') return fail('extra text');
  const { month, day } = dateOf(fields);
  const half = fields.half;
  const hour =
    half === 'PM' && fields.hour < 12
      ? fields.hour + 12
      : half === 'AM' && fields.hour === 12
        ? 0
        : fields.hour;
  return instantOf({ ...fields, month, day, hour }, 'UTC') - BigInt(fields.offsetSeconds) * 1_000_000_000n;
}

/** A space of the layout stands for any number of spaces. */
function skipLiteral(value: string, literal: string): string {
  let left = value;
  for (let at = 0; at < literal.length; ) {
    if (literal[at] === ' ') {
      if (left !== '' && left[0] !== ' ') return fail('a space is missing');
      while (literal[at] === ' ') at++;
      left = left.replace(/^ +/, '');
    } else {
      if (left[0] !== literal[at]) return fail('the text does not match the layout');
      left = left.slice(1);
      at++;
    }
  }
  return left;
}

function read(fields: Fields, element: string, value: string, fractionFollows: boolean): string {
  const take = (pattern: RegExp): [string, string] => {
    const found = pattern.exec(value)?.[0] ?? fail(`'${element}' does not match`);
    return [found, value.slice(found.length)];
  };
  const number = (pattern: RegExp, least: number, most: number): [number, string] => {
    const [digits, left] = take(pattern);
    const parsed = Number(digits.trim());
    return parsed >= least && parsed <= most ? [parsed, left] : fail(`'${element}' is out of range`);
  };
  let rest = value;
  switch (element) {
    case '2006':
      [fields.year, rest] = number(/^\d{4}/, 0, 9999);
      return rest;
    case '06':
      [fields.year, rest] = number(/^\d{2}/, 0, 99);
      fields.year += fields.year >= 69 ? 1900 : 2000;
      return rest;
    case 'January':
    case 'Jan':
      [fields.month, rest] = name(months, element === 'Jan', value);
      return rest;
    case 'Monday':
    case 'Mon':
      return name(weekdays, element === 'Mon', value)[1];
    case '01':
      [fields.month, rest] = number(/^\d{2}/, 1, 12);
      return rest;
    case '1':
      [fields.month, rest] = number(/^\d{1,2}/, 1, 12);
      return rest;
    case '02':
      [fields.day, rest] = number(/^\d{2}/, 0, 99);
      return rest;
    case '_2':
      [fields.day, rest] = number(/^ ?\d{1,2}/, 0, 99);
      return rest;
    case '2':
      [fields.day, rest] = number(/^\d{1,2}/, 0, 99);
      return rest;
    case '002':
      [fields.yearDay, rest] = number(/^\d{3}/, 1, 366);
      return rest;
    case '__2':
      [fields.yearDay, rest] = number(/^ {0,2}\d{1,3}/, 1, 366);
      return rest;
    case '15':
      [fields.hour, rest] = number(/^\d{1,2}/, 0, 23);
      return rest;
    case '03':
      [fields.hour, rest] = number(/^\d{2}/, 0, 12);
      return rest;
    case '3':
      [fields.hour, rest] = number(/^\d{1,2}/, 0, 12);
      return rest;
    case '04':
      [fields.minute, rest] = number(/^\d{2}/, 0, 59);
      return rest;
    case '4':
      [fields.minute, rest] = number(/^\d{1,2}/, 0, 59);
      return rest;
    case '05':
    case '5':
      [fields.second, rest] = number(element === '05' ? /^\d{2}/ : /^\d{1,2}/, 0, 59);
      return fractionFollows ? rest : fraction(fields, rest);
    case 'PM':
    case 'pm': {
      const [half, left] = take(element === 'PM' ? /^[AP]M/ : /^[ap]m/);
      fields.half = half.toUpperCase() === 'PM' ? 'PM' : 'AM';
      return left;
    }
    case 'MST': {
      const [zone, left] = take(
        /^(?:ChST|MeST|GMT(?:[+-]\d{1,2})?|[+-]\d{2}|[A-Z]{4}T|[A-Z]{3}T|WITA|[A-Z]{3})(?![A-Z])/,
      );
      const hours = /^GMT([+-]\d+)$/.exec(zone)?.[1] ?? '0';
      fields.offsetSeconds = Number(hours) * 3600;
      return left;
    }
    default:
      if (!/^[.,]/.test(element)) return zoneOffset(fields, element, value);
      if (element[1] === '9') return fraction(fields, value);
      [, rest] = take(new RegExp(`^[.,]\\d{${element.length - 1}}`));
      fraction(fields, value.slice(0, element.length));
      return rest;
  }
}

function name(names: readonly string[], short: boolean, value: string): [number, string] {
  const index = names.findIndex((full) => {
    const wanted = short ? full.slice(0, 3) : full;
    return value.slice(0, wanted.length).toLowerCase() === wanted.toLowerCase();
  });
  const length = short ? 3 : (names[index]?.length ?? 0);
  return index < 0 ? fail('not a name') : [index + 1, value.slice(length)];
}

/** Digits beyond the ninth are dropped; no fraction is none. */
function fraction(fields: Fields, value: string): string {
  const digits = /^[.,](\d+)/.exec(value)?.[1];
  if (digits === undefined) return value;
  fields.nanosecond = Number(digits.slice(0, 9).padEnd(9, '0'));
  return value.slice(digits.length + 1);
}

function zoneOffset(fields: Fields, element: string, value: string): string {
  if (element.startsWith('Z') && value.startsWith('Z')) return value.slice(1);
  const pattern = element.slice(1).replaceAll(/\d\d/g, '(\\d{2})');
  const [all = '', sign, hours = '0', minutes = '0', seconds = '0'] =
    new RegExp(`^([+-])${pattern}`).exec(value) ?? fail('not an offset');
  if (Number(hours) > 24 || Number(minutes) > 60 || Number(seconds) > 60)
    return fail('the offset is out of range');
  fields.offsetSeconds =
    (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  return value.slice(all.length);
}

function dateOf({ year, month, day, yearDay }: Fields): { month: number; day: number } {
  if (yearDay !== undefined) {
    let [left, at] = [yearDay, 1];
    for (; at <= 12 && left > daysIn(year, at); at++) left -= daysIn(year, at);
    const agrees = at <= 12 && (month ?? at) === at && (day ?? left) === left;
    return agrees
      ? { month: at, day: left }
      : fail('the day of the year is out of range or contradicts the date');
  }
  const date = { month: month ?? 1, day: day ?? 1 };
  return date.day >= 1 && date.day <= daysIn(year, date.month) ? date : fail('the day is out of range');
}
