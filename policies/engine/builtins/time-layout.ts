// Go's time layouts: a layout is the reference time `Mon Jan 2 15:04:05 MST 2006` written as wished.
// Promise: a layout is cut into the same elements that Go sees. Never: a guess for an element that is none.

export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
export const weekdays = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** The layouts that Rego knows by name. */
const named: Readonly<Record<string, string>> = {
  ANSIC: 'Mon Jan _2 15:04:05 2006',
  UnixDate: 'Mon Jan _2 15:04:05 MST 2006',
  RubyDate: 'Mon Jan 02 15:04:05 -0700 2006',
  RFC822: '02 Jan 06 15:04 MST',
  RFC822Z: '02 Jan 06 15:04 -0700',
  RFC850: 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
  RFC1123Z: 'Mon, 02 Jan 2006 15:04:05 -0700',
  RFC3339: '2006-01-02T15:04:05Z07:00',
  RFC3339Nano: '2006-01-02T15:04:05.999999999Z07:00',
};

export interface Chunk {
  readonly text: string;
  /** False for text that stands for itself. */
  readonly element: boolean;
}

const elements =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|2|__2|_2(?!006)|3|4|5|PM|pm|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?!\d)/g;

export function chunksOf(layout: string): Chunk[] {
  const full = Object.hasOwn(named, layout) ? (named[layout] ?? layout) : layout;
  const chunks: Chunk[] = [];
  let at = 0;
  for (const match of full.matchAll(elements)) {
    if (match.index > at) chunks.push({ text: full.slice(at, match.index), element: false });
    chunks.push({ text: match[0], element: true });
    at = match.index + match[0].length;
  }
  if (at < full.length) chunks.push({ text: full.slice(at), element: false });
  return chunks;
}
