// The configuration of every long-running program, defined once: flags, environment, file and the docs page come from
// here. A secret is never a flag's default and never printed.

import { z } from 'zod';
import { objectName } from '../crds/fields.ts';
import { databaseUrlProblem } from './database-url.ts';
import { parseEgressEntry } from './egress.ts';

declare module 'zod' {
  interface GlobalMeta {
    /** Never logged. */
    secret?: boolean;
  }
}

const path = z.string().min(1);
const port = z.int().min(0).max(65_535);
const orgs = z.array(z.union([z.literal('*'), objectName], 'the name of an org, or "*"'));

export const configSchema = z.strictObject({
  databaseUrl: z
    .string()
    .check(({ value, issues }) => {
      const message = databaseUrlProblem(value);
      if (message !== undefined) issues.push({ code: 'custom', input: '', path: [], message });
    })
    .meta({
      secret: true,
      description:
        'Postgres, as postgres://user:password@host:port/database; TLS by ?sslmode=verify-full. Whoever may list processes ' +
        'sees a flag, so give one with a password by the environment or the file.',
    }),
  temporalAddress: z.string().default('127.0.0.1:7233').describe('host:port of the Temporal frontend.'),
  temporalTlsCaFile: path
    .optional()
    .describe('PEM file of the CA that signed the Temporal frontend; turns TLS on.'),
  temporalTlsCertFile: path.optional().describe('PEM file of the client certificate for Temporal.'),
  temporalTlsKeyFile: path.optional().describe('PEM file of the client key for Temporal.'),
  temporalApiKeyFile: path.optional().describe('File that holds an API key for Temporal; turns TLS on.'),
  listenHost: z
    .string()
    .default('127.0.0.1')
    .describe('Address of the HTTP API. Off loopback TLS is required.'),
  listenPort: port.default(7450).describe('Port of the HTTP API; 0 takes a free one.'),
  tlsCertFile: path.optional().describe('PEM file of the certificate of the HTTP API.'),
  tlsKeyFile: path.optional().describe('PEM file of the key of the HTTP API.'),
  tokensFile: path.optional().describe('YAML file of API tokens; the controller does not start without one.'),
  reconcileConcurrency: z
    .int()
    .min(1)
    .max(256)
    .default(16)
    .describe('Objects that one controller works on at a time.'),
  kubernetesKubeconfigs: z
    .array(path)
    .default([])
    .describe(
      'Kubeconfig files, each with the cluster of its current context: their custom resources are reconciled.',
    ),
  kubernetesInCluster: z
    .boolean()
    .default(false)
    .describe('Whether the custom resources of the cluster that this controller runs in are reconciled.'),
  kubernetesWebhookHost: z.string().default('127.0.0.1').describe('Address of the admission webhook.'),
  kubernetesWebhookPort: port
    .optional()
    .describe('Port of the admission webhook; 0 takes a free one. There is no webhook without it.'),
  kubernetesWebhookName: z
    .string()
    .min(1)
    .default('lattice')
    .describe(
      'Name of the ValidatingWebhookConfiguration whose caBundle is kept, the same in every cluster.',
    ),
  kubernetesWebhookDnsNames: z
    .array(z.string().min(1))
    .default([])
    .describe('Names by which the API servers call the webhook, besides 127.0.0.1: `service.namespace.svc`.'),
  kubernetesWebhookClientCaFile: path
    .optional()
    .describe(
      'PEM file of the CA of the certificates that API servers show the webhook. Without one, whoever reaches the port may ' +
        'say who asked for a change, so let only API servers reach it.',
    ),
  kubernetesWebhookCertificateMs: z
    .int()
    .min(3_000)
    .default(604_800_000)
    .describe(
      'How long a certificate of the webhook lives, in milliseconds; it is renewed after two thirds of that.',
    ),
  sweepIntervalMs: z
    .int()
    .min(100)
    .default(60_000)
    .describe('Time between two sweeps for drift, in milliseconds.'),
  secretEnvOrgs: orgs
    .default([])
    .describe('Orgs whose secrets may come from LATTICE_SECRET_... variables of the worker; `*` is all.'),
  secretFileOrgs: orgs
    .default([])
    .describe('Orgs whose secrets may come from files in the folder of secrets; `*` is all.'),
  secretsDirectory: path.optional().describe('Folder of secrets; without one no secret comes from a file.'),
  egressAllow: z
    .array(
      z
        .string()
        .refine((entry) => parseEgressEntry(entry) !== undefined, 'a host, *.suffix, an address or a range'),
    )
    .default([])
    .describe('Hosts that a baseUrl may name: `host`, `*.suffix`, an address or a range such as 10.0.0.0/8.'),
  egressAllowLoopback: z
    .boolean()
    .default(false)
    .describe('Whether a baseUrl may name this machine itself, without being on the list.'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least level that is logged.'),
});
export type Config = z.infer<typeof configSchema>;

export interface ConfigOption {
  readonly field: keyof Config;
  /** e.g. `--database-url` */
  readonly flag: string;
  /** e.g. `LATTICE_DATABASE_URL` */
  readonly variable: string;
  readonly description: string;
  readonly default: unknown;
  readonly secret: boolean;
  /** How its text is read: a list is comma-separated. */
  readonly type: (typeof optionTypes)[number];
}

const optionTypes = ['string', 'integer', 'boolean', 'array'] as const;

/** Every option with the names it has on each surface. */
export const configOptions: readonly ConfigOption[] = Object.entries(
  z.toJSONSchema(configSchema, { io: 'input' }).properties ?? {},
).map(([field, schema]) => {
  const words = field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const node = z
    .looseObject({
      description: z.string(),
      default: z.unknown().optional(),
      secret: z.boolean().optional(),
      type: z.enum(optionTypes),
    })
    .parse(schema);
  return {
    field: configSchema.keyof().parse(field),
    flag: `--${words}`,
    variable: `LATTICE_${words.replaceAll('-', '_').toUpperCase()}`,
    description: node.description,
    default: node.default,
    secret: node.secret ?? false,
    type: node.type,
  };
});

const defaultCell = (value: unknown): string =>
  value === undefined || String(value) === '' ? '' : `\`${String(value)}\``;

/** The reference page. */
export function configPage(): string {
  return [
    '<!-- Generated from config/definition.ts by `npm run generate`. Do not edit. -->\n',
    '# Configuration\n',
    'Of `lattice controller` and `lattice worker`. A flag wins over the environment, the environment over the file given by',
    '`--config` (YAML, keys as in the first column), the file over the default. A list is',
    'comma-separated in a flag and in the environment, and a YAML list in the file.\n',
    '| key | flag | environment | default | what it is |',
    '|---|---|---|---|---|',
    ...configOptions.map(
      (option) =>
        `| \`${option.field}\` | \`${option.flag}\` | \`${option.variable}\` | ${defaultCell(option.default)} | ${option.description} |`,
    ),
    '',
  ].join('\n');
}
