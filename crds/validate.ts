// Strict validation of one manifest against its kind. It applies the defaults, collects every finding with its pointer,
// and never lets an unknown field, a rounded integer or unstorable text pass.

import type { z } from 'zod';
import { type Manifest, manifestSchema } from './api.ts';
import type { ErrorCode } from './errors.ts';
import { type Finding, finding } from './findings.ts';
import { fromPointer, toPointer, valueAt } from './json.ts';
import type { Kind } from './kind.ts';
import { kindNamed, kinds } from './kinds.ts';
import { unstorable } from './storable.ts';

export const MOST_SPEC_BYTES = 256 * 1024;

/** A manifest whose kind is known and whose spec has its defaults. */
export interface ValidManifest {
  readonly kind: Kind;
  /** For a cluster-scoped kind the object's own name. */
  readonly org: string;
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly spec: Record<string, unknown>;
}

export interface Validation {
  /** Absent when any finding is an error. */
  readonly manifest?: ValidManifest;
  readonly findings: readonly Finding[];
}

/**
 * Validates a manifest. `unknown` lists the pointers whose values a plan does not know yet (Terraform's
 * "known after apply"): what is missing or invalid only because of them is not reported.
 */
export function validateManifest(input: unknown, unknown: readonly string[] = []): Validation {
  const unfit = unstorable(input);
  if (unfit.length > 0) return { findings: unfit };
  const envelope = manifestSchema.safeParse(input);
  if (!envelope.success) return { findings: issueFindings(envelope.error, input, []) };
  const { kind: kindName, metadata } = envelope.data;
  const kind = kindNamed(kindName);
  if (kind === undefined) {
    const names = kinds.map((known) => known.name).join(', ');
    return {
      findings: [finding('UnknownKind', '/kind', `there is no such kind; the kinds are ${names}`)],
    };
  }
  const scope = scopeFindings(kind, envelope.data);
  const bytes = Buffer.byteLength(JSON.stringify(envelope.data.spec));
  if (bytes >= MOST_SPEC_BYTES)
    return {
      findings: [
        finding(
          'SpecTooLarge',
          '/spec',
          `the spec has ${bytes} bytes; it must stay under ${MOST_SPEC_BYTES}`,
        ),
      ],
    };
  const spec = kind.spec.safeParse(envelope.data.spec);
  const findings = [
    ...scope,
    ...(spec.success ? [] : issueFindings(spec.error, envelope.data.spec, ['spec'])).filter(
      (found) => !causedByUnknown(found.pointer, unknown),
    ),
  ];
  if (findings.length > 0) return { findings };
  return {
    findings,
    manifest: {
      kind,
      org: metadata.org ?? metadata.name,
      name: metadata.name,
      labels: metadata.labels,
      annotations: metadata.annotations,
      spec: spec.success ? spec.data : envelope.data.spec,
    },
  };
}

function scopeFindings(kind: Kind, manifest: Manifest): Finding[] {
  if (kind.scope === 'org' && manifest.metadata.org === undefined)
    return [finding('MissingField', '/metadata/org', `a ${kind.singular} lives in an org; name it`)];
  if (kind.scope === 'cluster' && manifest.metadata.org !== undefined)
    return [finding('UnknownField', '/metadata/org', `a ${kind.singular} does not live in an org`)];
  return [];
}

/** A finding at, above or below an unknown value says nothing about the value it will have. */
export function causedByUnknown(pointer: string, unknown: readonly string[]): boolean {
  return unknown.some(
    (open) => pointer === open || pointer.startsWith(`${open}/`) || open.startsWith(`${pointer}/`),
  );
}

/** What zod found, in our words: never a value that was refused. */
export function issueFindings(error: z.ZodError, input: unknown, prefix: string[]): Finding[] {
  return error.issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) =>
        finding('UnknownField', toPointer([...path, key]), `"${key}" is not a field of ${where(path)}`),
      );
    const pointer = toPointer(path);
    const value = valueAt(input, toPointer(issue.path));
    return [finding(codeOf(issue, value, path), pointer, messageOf(issue, value, path))];
  });
}

function codeOf(issue: z.core.$ZodIssue, value: unknown, path: PropertyKey[]): ErrorCode {
  if (value === undefined && issue.code === 'invalid_type') return 'MissingField';
  if (issue.code === 'invalid_type') return 'WrongType';
  const last = path.at(-1);
  if (path[0] === 'metadata' && (last === 'name' || last === 'org')) return 'InvalidName';
  if (issue.code === 'too_big' && issue.maximum === Number.MAX_SAFE_INTEGER) return 'IntegerTooLarge';
  return 'InvalidValue';
}

function messageOf(issue: z.core.$ZodIssue, value: unknown, path: PropertyKey[]): string {
  const field = where(path);
  if (value === undefined && issue.code === 'invalid_type') return `${field} is required`;
  if (issue.code === 'invalid_type')
    return `${field} must be ${article(issue.expected)}, not ${describe(value)}`;
  if (issue.code === 'invalid_value') return `${field} must be one of ${issue.values.map(String).join(', ')}`;
  return `${field}: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`;
}

function where(path: PropertyKey[]): string {
  return path.length === 0 ? 'the object' : fromPointer(toPointer(path)).join('.');
}

function article(expected: string): string {
  const noun = expected === 'record' ? 'object' : expected === 'int' ? 'integer' : expected;
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : article(typeof value);
}
