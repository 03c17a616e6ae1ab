// The field types that several kinds share. Each carries its own description, limits and meaning, so that CRDs,
// Terraform, OpenAPI and the docs all say the same about it.

import { z } from 'zod';
import { type CelRule, celMatches, celText } from './cel.ts';
import { HTTP_URL, hasUser } from './http-url.ts';
import { parseSelector, SELECTOR_REQUIREMENTS, SelectorError } from './selector.ts';
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
    /** Says where a secret is (`secretRef()`). */
    secretRef?: boolean;
    /** A secret, or close to one: it is shown nowhere. */
    sensitive?: boolean;
    /** What Kubernetes checks beyond the schema, as zod does here. */
    cel?: readonly CelRule[];
    /** The field by which the elements of a list are told apart when parts of it are written. */
    listMapKey?: string;
  }
}

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LABEL_KEY = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

/**
 * Text of so many characters. They are counted as JSON Schema, Kubernetes and people count them: a character outside the basic
 * plane is one, though JavaScript has two units for it.
 */
export function text({ min = 0, max }: { readonly min?: number; readonly max: number }) {
  return z
    .string()
    .check(({ value, issues }) => {
      const length = [...value].length;
      const about = { origin: 'string', inclusive: true, input: value } as const;
      if (length < min) issues.push({ code: 'too_small', minimum: min, ...about });
      if (length > max) issues.push({ code: 'too_big', maximum: max, ...about });
    })
    .meta({ ...(min > 0 && { minLength: min }), maxLength: max });
}

/** Text of a pattern that allows no more than `max` characters, which is told once. */
export function patterned(pattern: RegExp, max: number, message: string) {
  return z.string().max(max, { error: message, abort: true }).regex(pattern, message);
}

const NAME_RULE =
  'a name has 1 to 63 characters of a-z, 0-9 and "-", and starts and ends with a letter or digit';

export const objectName = patterned(NAME, 63, NAME_RULE).describe(
  'Name, unique within the kind and org. It cannot be changed.',
);

/** A name of another object of `kind` in the same org. */
export function reference(kind: string, description: string, more: { readonly immutable?: boolean } = {}) {
  const message = `the name of a ${kind} has 1 to 63 characters of a-z, 0-9 and "-"`;
  return patterned(NAME, 63, message).meta({ references: kind, description, ...more });
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

const zones = [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])];
const ZONE_RULE = 'not an IANA time zone; write one such as "UTC" or "Europe/Berlin"';

/** Kubernetes gets the names too: CEL cannot ask whether one exists. An enum would repeat all of them in every refusal. */
export const timeZone = z
  .string()
  .max(64, { error: ZONE_RULE, abort: true })
  .refine((zone) => zones.includes(zone), ZONE_RULE)
  .meta({
    description: 'IANA time zone in which the window begins, e.g. "Europe/Berlin".',
    cel: [{ rule: `self in [${zones.map(celText).join(', ')}]`, message: ZONE_RULE }],
  });

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
    .meta({
      description,
      cel: [
        {
          rule: `${celMatches('self', /^[ \t\n\f\r]*$/)} || ${celMatches('("," + self)', SELECTOR_REQUIREMENTS)}`,
          message: 'not a label selector such as "team=core, env in (dev, prod), !legacy"',
        },
      ],
    });
}

const USER_RULE = 'the address holds a user or a password; name the secret in apiKey';

const UNREADABLE = 'the address cannot be read';
/** The IPv6 address of the authority, in CEL. */
const inBrackets = `self.find("^https?://[^/?#]+").find("\\\\[.*\\\\]")`;

/** The address of an HTTP API, without a user in it. */
export function httpUrl(description: string) {
  return z
    .string()
    .max(512)
    .regex(HTTP_URL, 'an address such as "https://api.example.com/v1"')
    .refine((value) => !HTTP_URL.test(value) || URL.canParse(value), UNREADABLE)
    .refine((value) => !hasUser.test(value), USER_RULE)
    .meta({
      description,
      format: 'uri',
      cel: [
        { rule: `!${celMatches('self', hasUser)}`, message: USER_RULE },
        {
          rule: `${inBrackets} == "" || isIP(${inBrackets}.replace("[", "").replace("]", ""))`,
          message: UNREADABLE,
        },
      ],
    });
}
