// The abstract syntax tree as `opa parse --format json` prints it, as far as the engine looks at it.
// Promise: parsed, not assumed; a node of a type that is not known is kept as such and treated as reading everything.
// Never: knowledge of what a node means; that is for the checks and for reads/.
import { z } from 'zod';

export const locationSchema = z.object({ row: z.int(), col: z.int() });
export type Location = z.infer<typeof locationSchema>;

export interface Term {
  readonly type: string;
  readonly value?: unknown;
  readonly location?: Location | undefined;
}

export interface With {
  readonly target: Term;
  readonly value: Term;
}

export interface Every {
  readonly domain: Term;
  readonly key?: Term | null | undefined;
  readonly value: Term;
  readonly body: readonly Expression[];
}

export interface Expression {
  readonly terms: Term | readonly Term[] | { readonly symbols: readonly Term[] } | Every;
  readonly negated?: boolean | undefined;
  readonly with?: readonly With[] | undefined;
}

export const termSchema: z.ZodType<Term> = z.object({
  type: z.string(),
  value: z.unknown().optional(),
  location: locationSchema.optional(),
});
export const termsSchema = z.array(termSchema);
const symbolsSchema = z.object({ symbols: termsSchema });
export const expressionSchema: z.ZodType<Expression> = z.lazy(() =>
  z.object({
    terms: z.union([everySchema, symbolsSchema, termsSchema, termSchema]),
    negated: z.boolean().optional(),
    with: z.array(z.object({ target: termSchema, value: termSchema })).optional(),
  }),
);
export const bodySchema = z.array(expressionSchema);
const everySchema = z.object({
  domain: termSchema,
  key: termSchema.nullish(),
  value: termSchema,
  body: bodySchema,
});

const annotationsSchema = z.object({
  scope: z.string(),
  title: z.string().default(''),
  description: z.string().default(''),
  custom: z.record(z.string(), z.unknown()).default({}),
  location: locationSchema.optional(),
});
export type Annotations = z.infer<typeof annotationsSchema>;

const headSchema = z.object({
  key: termSchema.optional(),
  value: termSchema.optional(),
  args: termsSchema.optional(),
  ref: termsSchema,
  location: locationSchema.optional(),
});

export interface Rule {
  readonly head: z.infer<typeof headSchema>;
  readonly body: readonly Expression[];
  readonly default?: boolean | undefined;
  readonly else?: Rule | undefined;
  readonly annotations?: Annotations[] | undefined;
  readonly location?: Location | undefined;
}

const ruleSchema: z.ZodType<Rule> = z.lazy(() =>
  z.object({
    head: headSchema,
    body: bodySchema,
    default: z.boolean().optional(),
    else: ruleSchema.optional(),
    annotations: z.array(annotationsSchema).optional(),
    location: locationSchema.optional(),
  }),
);

export const moduleSchema = z.object({
  package: z.object({ path: termsSchema, location: locationSchema.optional() }),
  imports: z
    .array(z.object({ path: termSchema, alias: z.string().optional(), location: locationSchema.optional() }))
    .default([]),
  rules: z.array(ruleSchema).default([]),
  annotations: z.array(annotationsSchema).default([]),
});
export type Module = z.infer<typeof moduleSchema>;

/** The name of the rule that a head defines: the first part of its reference. */
export function ruleName(rule: Rule): string {
  return variable(rule.head.ref[0]) ?? '';
}

export function variable(term: Term | undefined): string | undefined {
  return term?.type === 'var' && typeof term.value === 'string' ? term.value : undefined;
}

export function literal(term: Term | undefined): string | undefined {
  return term?.type === 'string' && typeof term.value === 'string' ? term.value : undefined;
}

/** The parts of a reference, or undefined for any other term. */
export function parts(term: Term | undefined): readonly Term[] | undefined {
  return term?.type === 'ref' ? parseTerms(term.value) : undefined;
}

/**
 * Parses a node once: the analysis tells nodes apart by identity, and zod gives a new object at every parse.
 * The key is what the schema leaves as it is, the value of a term.
 */
export function parseOnce<T>(schema: z.ZodType<T>): (value: unknown) => T {
  const parsed = new WeakMap<object, T>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return schema.parse(value);
    const known = parsed.get(value);
    if (known !== undefined) return known;
    const fresh = schema.parse(value);
    parsed.set(value, fresh);
    return fresh;
  };
}

export const parseTerms = parseOnce(termsSchema);
