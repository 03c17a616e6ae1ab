// SecretRef: where a secret is, never the secret. One union for every kind that needs one: exactly one member is set. The
// value is read when it is used, by who uses it; it is never part of a spec, a plan, a log or the ledger.

import { z } from 'zod';
import { patterned, text } from './fields.ts';
import { toPointer } from './json.ts';
import type { Kind } from './kind.ts';
import { walkSpec } from './walk.ts';

const SECRET_VARIABLE = /^LATTICE_SECRET_[A-Z0-9_]{1,100}$/;
/** Relative; a part never begins with a dot, so nothing leads out of the folder. */
const SECRET_FILE = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/** As Kubernetes names Secrets and what is in them. */
const SECRET_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const SECRET_KEY = /^[A-Za-z0-9._-]+$/;

const ONE_PLACE = 'name one place: env, file, kubernetes or stored';
const NOT_STORED = 'stored secrets are not available yet; use env, file or kubernetes';

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
      kubernetes: z
        .strictObject({
          name: patterned(SECRET_NAME, 253, 'the name of a Secret in the namespace of the resource').describe(
            'Name of the Secret.',
          ),
          key: patterned(SECRET_KEY, 253, 'a key of the data of a Secret').describe('Key of its data.'),
        })
        .optional()
        .describe(
          'Secret in the namespace of the custom resource; only for what a Kubernetes cluster declares. Its value stays there.',
        ),
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
      secretRef: true,
      cel: [
        {
          rule: '[has(self.env), has(self.file), has(self.kubernetes), has(self.stored)].filter(isSet, isSet).size() == 1',
          message: ONE_PLACE,
        },
        { rule: '!has(self.stored)', message: NOT_STORED, fieldPath: '.stored' },
      ],
    });
}
export type SecretRef = z.infer<ReturnType<typeof secretRef>>;

/** Where a spec says that secrets are, each with the JSON pointer of the field. */
export function secretRefsOf(
  kind: Kind,
  spec: unknown,
): { readonly pointer: string; readonly secret: SecretRef }[] {
  const schema = secretRef('');
  return walkSpec(kind, spec, (meta, value, path) => {
    const secret = meta.secretRef === true ? schema.safeParse(value).data : undefined;
    return secret && { pointer: toPointer([...path]), secret };
  });
}
