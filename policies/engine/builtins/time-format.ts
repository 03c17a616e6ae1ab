// Writes an instant in one of Go's layouts. Promise: every element of Go's layouts but the abbreviation of a zone other
// than UTC, which the runtime's zone data does not have. Never: a wrong abbreviation: the result is undefined instead.
import type { Zoned } from './civil.ts';
import { fail } from './operands.ts';
import { chunksOf, months, weekdays } from './time-layout.ts';

export function formatTime(time: Zoned, layout: string): string {
  return chunksOf(layout)
    .map(({ text, element }) => (element ? write(time, text) : text))
    .join('');
}

function write(time: Zoned, element: string): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hour12 = time.hour % 12 === 0 ? 12 : time.hour % 12;
  switch (element) {
    case '2006':
      return time.year < 0 ? `-${String(-time.year).padStart(4, '0')}` : String(time.year).padStart(4, '0');
    case '06':
      return two(((time.year % 100) + 100) % 100);
    case 'January':
      return months[time.month - 1] ?? '';
    case 'Jan':
      return months[time.month - 1]?.slice(0, 3) ?? '';
    case '01':
      return two(time.month);
    case '1':
      return String(time.month);
    case 'Monday':
      return weekdays[time.weekday] ?? '';
    case 'Mon':
      return weekdays[time.weekday]?.slice(0, 3) ?? '';
    case '02':
      return two(time.day);
    case '_2':
      return String(time.day).padStart(2);
    case '2':
      return String(time.day);
    case '002':
      return String(time.yearDay).padStart(3, '0');
    case '__2':
      return String(time.yearDay).padStart(3);
    case '15':
      return two(time.hour);
    case '03':
      return two(hour12);
    case '3':
      return String(hour12);
    case '04':
      return two(time.minute);
    case '4':
      return String(time.minute);
    case '05':
      return two(time.second);
    case '5':
      return String(time.second);
    case 'PM':
      return time.hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return time.hour >= 12 ? 'pm' : 'am';
    case 'MST':
      return time.zone === '' || time.zone === 'UTC' ? 'UTC' : fail('no abbreviation is known for the zone');
    default:
      return /^[.,]/.test(element) ? fraction(time.nanosecond, element) : offset(time.offsetSeconds, element);
  }
}

/** `.000` keeps its zeros, `.999` drops them. */
function fraction(nanosecond: number, element: string): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, element.length - 1);
  const kept = element[1] === '9' ? digits.replace(/0+$/, '') : digits;
  return kept === '' ? '' : `${element[0]}${kept}`;
}

function offset(seconds: number, element: string): string {
  if (element.startsWith('Z') && seconds === 0) return 'Z';
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const size = Math.abs(seconds);
  const colon = element.includes(':') ? ':' : '';
  const hours = `${seconds < 0 ? '-' : '+'}${two(size / 3600)}`;
  const digits = element.replaceAll(/\D/g, '').length;
  if (digits === 2) return hours;
  const minutes = `${hours}${colon}${two((size / 60) % 60)}`;
  return digits === 4 ? minutes : `${minutes}${colon}${two(size % 60)}`;
}
