// Reference pages: one a kind, one for the error codes.

import { API_VERSION } from '../api.ts';
import { errors } from '../errors.ts';
import type { Kind } from '../kind.ts';
import { terraformType } from '../kinds.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';
import { snakeCase } from './terraform.ts';

const NOTICE = '<!-- Generated from the definitions in crds/ by `npm run generate`. Do not edit. -->\n';

export function kindPage(kind: Kind): string {
  const where = kind.scope === 'org' ? 'in an org' : 'once in an installation';
  return [
    `${NOTICE}\n# ${kind.name}\n`,
    `${kind.description}\n`,
    `Names are unique ${where}. \`apiVersion: ${API_VERSION}\`, \`kind: ${kind.name}\`; in Terraform the resource and the`,
    `data source \`${terraformType(kind)}\`.\n`,
    '| field | in Terraform | type | default | what it is |',
    '|---|---|---|---|---|',
    ...rows(toJsonSchema(kind.spec), []),
    '',
  ].join('\n');
}

function rows(schema: JsonSchema, path: string[]): string[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([field, inner]) => {
    const here = [...path, field];
    const fallback =
      inner.default === undefined ? (required.has(field) ? 'required' : '') : code(inner.default);
    const row = `| \`${here.join('.')}\` | \`${here.map(snakeCase).join('.')}\` | ${typeName(inner)} | ${fallback} | ${text(inner)} |`;
    return [row, ...rows(inner.items ?? inner, here)];
  });
}

function typeName(schema: JsonSchema): string {
  if (schema.references) return `name of a ${schema.references}`;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.type === 'array') return `list of ${schema.items ? typeName(schema.items) : 'values'}`;
  return schema.type ?? 'value';
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;
const text = (schema: JsonSchema): string => (schema.description ?? '').replaceAll('|', '\\|');

export function errorsPage(): string {
  return [
    `${NOTICE}\n# Error codes\n`,
    'The same code stands in HTTP answers, conditions, audit events and Terraform diagnostics.\n',
    '| code | HTTP status | what happened | what to do |',
    '|---|---|---|---|',
    ...Object.entries(errors).map(
      ([name, { status, title, remedy }]) =>
        `| <a id="${name}"></a>\`${name}\` | ${status} | ${title} | ${remedy} |`,
    ),
    '',
  ].join('\n');
}
