// Diagnostics in the words of the project's error table. Promise: code and remedy are the same as on every other surface.
// Never: a token in a text.

import { type ErrorCode, errors } from '../crds/errors.ts';
import type { Diagnostic, Path } from './sdk/diagnostics.ts';

/** A diagnostic with a stable code and its remedy. */
export function coded(
  code: ErrorCode,
  message: string,
  path: Path = [],
  severity: Diagnostic['severity'] = 'error',
  remedy: string = errors[code].remedy,
): Diagnostic {
  return {
    severity,
    summary: `${errors[code].title} (${code})`,
    detail: `${sentence(message)}\n\n${remedy}`,
    path,
  };
}

export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
