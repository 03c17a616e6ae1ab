// What a case of the differential corpus is.
// Promise: data only; a case is one expression over one input, whose value must be what the pinned `opa eval` says.
// Never: an expected value written by hand; opa is the judge.

export interface Case {
  /** Its values are the case's result; undefined gives none. */
  readonly expr: string;
  /** Lines of the rule's body before the expression. */
  readonly given?: string;
  /** Rules of the module, whose names must be the case's own. */
  readonly rules?: string;
  readonly input?: unknown;
}

export interface Family {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** A text alone is an expression without input. */
export function family(name: string, cases: readonly (string | Case)[]): Family {
  return { name, cases: cases.map((one) => (typeof one === 'string' ? { expr: one } : one)) };
}

/** The same value, of a type that the compiler does not know, so that it does not refuse a wrong one. */
export function untyped(value: string): string {
  return `object.get({}, 0, ${value})`;
}

/** One module: a rule `deny_<index>` for each case. */
export function moduleOf({ name, cases }: Family): string {
  const rules = cases.map(
    ({ expr, given = '', rules: own = '' }, index) =>
      `${own}\ndeny_${index} contains corpus_value if {\n${given}\ncorpus_value := ${expr}\n}\n`,
  );
  return `package lattice.policy.${name.replaceAll('-', '_')}\n\n${rules.join('\n')}`;
}
