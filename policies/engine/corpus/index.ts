// All families of the differential corpus. Never: a family left out of the test.
import type { Family } from './case.ts';
import encoding from './encoding.ts';
import language from './language.ts';
import net from './net.ts';
import numbers from './numbers.ts';
import regex from './regex.ts';
import sprintf from './sprintf.ts';
import strings from './strings.ts';
import structure from './structure.ts';
import time from './time.ts';

export const families: readonly Family[] = [
  encoding,
  language,
  net,
  numbers,
  regex,
  sprintf,
  strings,
  structure,
  time,
];
