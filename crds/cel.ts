// Rules in CEL, the language in which the Kubernetes API server checks what a schema cannot say. A rule stands in the
// definition beside the zod check that it mirrors, and refuses exactly what that one does; `testing/corpus/` holds both to it.

export interface CelRule {
  /** True of what is allowed; `self` is the value that carries the rule. */
  readonly rule: string;
  readonly message: string;
  /** The field of `self` that is to blame, e.g. `.baseUrl`. */
  readonly fieldPath?: `.${string}`;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueForbidden';
}

/** A text that matches. The pattern must mean the same to RE2: no look-around, no back reference. */
export function celMatches(subject: string, pattern: RegExp): string {
  return `${subject}.matches(${celText(pattern.source.replaceAll('\\/', '/'))})`;
}

/** A literal: the escapes of JSON are escapes of CEL. */
export const celText = (text: string): string => JSON.stringify(text);
