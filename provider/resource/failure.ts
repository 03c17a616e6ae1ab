// From an error to what a user reads. Promise: the controller's own words with its code and remedy, on the attribute that
// each finding names. Never: a stack trace or a token.

import type { Finding } from '../../crds/findings.ts';
import { coded, sentence } from '../coded.ts';
import { RefusedError, UnansweredError } from '../http/errors.ts';
import { pathOf } from '../object/pointer.ts';
import type { ObjectAttribute } from '../schema/attribute.ts';
import { type Diagnostic, hasErrors, problem } from '../sdk/diagnostics.ts';

const PLAN_AGAIN =
  'Somebody changed it after this plan was made. Run terraform plan again and look at what is new.';

export function failure(error: unknown, attributes: readonly ObjectAttribute[], doing: string): Diagnostic[] {
  if (error instanceof UnansweredError)
    return [problem('The controller does not answer', `Could not ${doing}. ${sentence(error.message)}`)];
  if (!(error instanceof RefusedError)) {
    const message = error instanceof Error ? error.message : String(error);
    return [problem('The controller cannot be understood', `Could not ${doing}. ${sentence(message)}`)];
  }
  const { code, findings, message, status } = error;
  if (code === undefined)
    return [
      problem(`The controller refused with status ${status}`, `Could not ${doing}. ${sentence(message)}`),
    ];
  const found = findings.map((each) => findingDiagnostic(attributes, each));
  // A refusal is an error even where its findings are only warnings, or none.
  if (hasErrors(found)) return found;
  const remedy = code === 'StaleResourceVersion' ? PLAN_AGAIN : undefined;
  return [...found, coded(code, message, [], 'error', remedy)];
}

export function findingDiagnostic(
  attributes: readonly ObjectAttribute[],
  found: Finding,
  level: Diagnostic['severity'] = found.level,
): Diagnostic {
  return coded(found.code, found.message, pathOf(attributes, found.pointer), level, found.remedy);
}
