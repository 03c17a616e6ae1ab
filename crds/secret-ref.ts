// SecretRef: where a secret is, never the secret. One union for every kind that needs one: exactly one member is set. The
// value is read when it is used, by who uses it; it is never part of a spec, a plan, a log or the ledger.

import { z } from 'zod';
import { patterned, text } from './fields.ts';

const SECRET_VARIABLE = /^LATTICE_SECRET_[A-Z0-9_]{1,100}$/;
/** Relative; a part never begins with a dot, so nothing leads out of the folder. */
const SECRET_FILE = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

const ONE_PLACE = 'name one place: env, file or stored';
const NOT_STORED = 'stored secrets are not available yet; use env or file';

export function secretRef(description: string) {
  return z
    .strictObject({
      env: patterned(
        SECRET_VARIABLE,
        115,
        'an environment variable that holds a secret is named LATTICE_SECRET_...',
      )
        .optional()
        .describe(
          'Environment variable of the worker, LATTICE_SECRET_.... The operator must allow it for the org.',
        ),
      file: z
        .string()
        .max(256)
        .regex(
          SECRET_FILE,
          'a path within the configured folder of secrets, without "..": e.g. "acme/openai"',
        )
        .optional()
        .describe('File within the configured folder of secrets. The operator must allow it for the org.'),
      stored: z
        .strictObject({
          name: text({ min: 1, max: 63 }).describe('Name of the stored secret.'),
          version: z.int().min(1).optional().describe('Version; the newest when left out.'),
        })
        .optional()
        .describe('Secret that Lattice keeps encrypted. Not available yet.'),
    })
    .check(({ value, issues }) => {
      const set = Object.entries(value).filter(([, member]) => member !== undefined);
      if (set.length !== 1)
        issues.push({
          code: 'custom',
          input: value,
          path: [],
          message: ONE_PLACE,
        });
      else if (value.stored !== undefined)
        issues.push({
          code: 'custom',
          input: value.stored,
          path: ['stored'],
          message: NOT_STORED,
        });
    })
    .meta({
      description,
      cel: [
        {
          rule: '[has(self.env), has(self.file), has(self.stored)].filter(isSet, isSet).size() == 1',
          message: ONE_PLACE,
        },
        { rule: '!has(self.stored)', message: NOT_STORED, fieldPath: '.stored' },
      ],
    });
}
export type SecretRef = z.infer<ReturnType<typeof secretRef>>;
