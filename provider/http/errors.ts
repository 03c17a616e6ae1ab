// How talking to the controller can fail, as two errors: it answered no, or it did not answer. Promise: the texts are for a
// user and hold no token.

import type { ErrorCode } from '../../crds/errors.ts';
import type { Finding } from '../../crds/findings.ts';

/** The controller refused. */
export class RefusedError extends Error {
  readonly status: number;
  /** Undefined when the answer was not a problem of the API, e.g. a proxy's. */
  readonly code: ErrorCode | undefined;
  readonly findings: readonly Finding[];
  /** An earlier attempt had no answer, so it may have been carried out. */
  readonly afterLostAnswer: boolean;

  constructor(
    status: number,
    code: ErrorCode | undefined,
    detail: string,
    findings: readonly Finding[],
    afterLostAnswer: boolean,
  ) {
    super(detail);
    this.name = 'RefusedError';
    this.status = status;
    this.code = code;
    this.findings = findings;
    this.afterLostAnswer = afterLostAnswer;
  }
}

/** No answer that says yes or no, until the operation ended. */
export class UnansweredError extends Error {
  /** At least one request may have been carried out, its answer lost. */
  readonly maybeDone: boolean;

  constructor(detail: string, maybeDone: boolean) {
    super(detail);
    this.name = 'UnansweredError';
    this.maybeDone = maybeDone;
  }
}

export function isCode(error: unknown, ...codes: readonly ErrorCode[]): error is RefusedError {
  return error instanceof RefusedError && error.code !== undefined && codes.includes(error.code);
}

/** Whether the refusal is for something missing that the same apply may still create. */
export function mayComeLater(code: ErrorCode | undefined): boolean {
  return code === 'ReferenceNotFound' || code === 'OrgNotFound';
}
