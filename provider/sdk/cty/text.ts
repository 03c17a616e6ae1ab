// What both codecs do with text and with values that do not fit. Promise: an error names the place in the value.
// Never: the value itself in an error, since it may be a secret.

import type { Type } from './type.ts';

export class ValueError extends Error {
  constructor(path: string, message: string) {
    super(`${path === '' ? 'the value' : path}: ${message}`);
    this.name = 'ValueError';
  }
}

/** Core compares text in normal form C, and refuses text that is not UTF-8. */
export function normalize(text: string): string {
  return text.toWellFormed().normalize('NFC');
}

export function mismatch(path: string, type: Type): never {
  throw new ValueError(path, `a value of type ${typeof type === 'string' ? type : type.kind} is required`);
}
