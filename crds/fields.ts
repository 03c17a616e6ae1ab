// The field types that several kinds share. Each carries its own description, limits and meaning, so that CRDs,
// Terraform, OpenAPI and the docs all say the same about it.

import { z } from 'zod';
import { parseSelector, SelectorError } from './selector.ts';

import type { TextForm } from './terraform.ts';

declare module 'zod' {
  interface GlobalMeta {
    /** The kind that this string names, in the same org. */
    references?: string;
    /** Changing it means delete and create again. */
    immutable?: boolean;
    /** Lattice may fill it in when it is left out, and then it stays. */
    filledIn?: boolean;
    /** Two texts that differ can mean the same: instants in different zones, or text with other line ends. */
    form?: TextForm;
    /** A secret, or close to one: it is shown nowhere. */
    sensitive?: boolean;
  }
}

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LABEL_KEY = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

export const objectName = z
  .string()
  .regex(
    NAME,
    'a name has 1 to 63 characters of a-z, 0-9 and "-", and starts and ends with a letter or digit',
  )
  .describe('Name, unique within the kind and org. It cannot be changed.');

/** A name of another object of `kind` in the same org. */
export function reference(kind: string, description: string, more: { readonly immutable?: boolean } = {}) {
  return z
    .string()
    .regex(NAME, `the name of a ${kind} has 1 to 63 characters of a-z, 0-9 and "-"`)
    .meta({ references: kind, description, ...more });
}

export const labels = z
  .record(
    z.string().regex(LABEL_KEY, 'a label key is [prefix/]name, the name at most 63 characters'),
    z
      .string()
      .regex(LABEL_VALUE, 'a label value has at most 63 characters of a-z, A-Z, 0-9, ".", "_" and "-"'),
  )
  .describe('Labels: short pairs that selectors match.');

export const annotations = z
  .record(z.string().regex(LABEL_KEY, 'an annotation key is [prefix/]name'), z.string().max(65_536))
  .describe('Annotations: notes for people and tools; nothing selects by them.');

/** Money, an exact integer of micro-USD (1 USD = 1,000,000). Zero allows nothing; leave it out for no limit of its own. */
export function microUsd(description: string) {
  return z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe(description);
}

/** A count of tokens. Zero allows none; leave it out for no limit of its own. */
export function tokens(description: string) {
  return z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe(description);
}

const zones = new Set(Intl.supportedValuesOf('timeZone').concat('UTC'));

export const timeZone = z
  .string()
  .refine((zone) => zones.has(zone), 'not an IANA time zone; write one such as "UTC" or "Europe/Berlin"')
  .describe('IANA time zone in which the window begins, e.g. "Europe/Berlin".');

/** A label selector; the empty one matches everything. */
export function labelSelector(description: string) {
  return z
    .string()
    .max(1024)
    .check(({ value, issues }) => {
      try {
        parseSelector(value);
      } catch (error) {
        if (!(error instanceof SelectorError)) throw error;
        issues.push({ code: 'custom', input: value, path: [], message: error.message });
      }
    })
    .describe(description);
}
