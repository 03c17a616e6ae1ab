// Kubernetes CustomResourceDefinitions: everything that a kind's definition refuses, refused by the API server itself, so that
// `kubectl apply` says at once what would be wrong. Promise: fields, defaults, limits, rules and the status come from the
// definitions. Never: a field list of its own.

import { stringify } from 'yaml';
import { API_GROUP, kubernetesStatusSchema } from '../api.ts';
import { objectName } from '../fields.ts';
import { fromPointer } from '../json.ts';
import type { Kind, PrinterColumn } from '../kind.ts';
import { type RuledSchema, toRuledSchema } from './json-schema.ts';
import { type StructuralSchema, structural } from './structural.ts';

export function crdYaml(kind: Kind): string {
  return stringify(crd(kind), { lineWidth: 0, aliasDuplicateObjects: false });
}

export function crd(kind: Kind) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      scope: kind.scope === 'org' ? 'Namespaced' : 'Cluster',
      names: {
        kind: kind.name,
        listKind: `${kind.name}List`,
        plural: kind.plural,
        singular: kind.singular,
        ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
        categories: ['lattice'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: objectSchema(kind) },
          subresources: { status: {} },
          additionalPrinterColumns: [
            { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
            { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
            ...kind.columns.map((column) => printerColumn(kind, column)),
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
        },
      ],
    },
  };
}

function objectSchema(kind: Kind): StructuralSchema {
  // Tools on kstatus (Helm, Flux) take an object without a status for done. So a new one says that nobody has looked at it.
  const status = {
    default: { observedGeneration: -1 },
    ...structural(toRuledSchema(kubernetesStatusSchema)),
  };
  // Kubernetes allows 253 characters in a name, and dots. This says it with the field, which a rule in CEL could not.
  const metadata = { type: 'object', properties: { name: structural(toRuledSchema(objectName)) } };
  // Without a spec an object is what an empty one makes it, where that is valid.
  const mayBeEmpty = kind.spec.safeParse({}).success;
  const spec = structural(toRuledSchema(kind.spec), { isSpec: true });
  return {
    description: kind.description,
    type: 'object',
    ...(!mayBeEmpty && { required: ['spec'] }),
    properties: { metadata, spec: mayBeEmpty ? { default: {}, ...spec } : spec, status },
  };
}

function printerColumn(kind: Kind, { name, pointer, wide }: PrinterColumn) {
  const [root = '', ...steps] = fromPointer(pointer);
  const schema = toRuledSchema(root === 'status' ? kubernetesStatusSchema : kind.spec);
  const { type } = fieldAt(schema, steps) ?? {};
  if (type !== 'string' && type !== 'integer' && type !== 'boolean')
    throw new Error(`${kind.name}: a column cannot show ${pointer}`);
  return {
    name,
    type,
    jsonPath: [root, ...steps].map((step) => `.${step}`).join(''),
    ...(wide && { priority: 1 }),
  };
}

function fieldAt(
  schema: RuledSchema | undefined,
  [step, ...rest]: readonly string[],
): RuledSchema | undefined {
  if (schema === undefined || step === undefined) return schema;
  const { properties = {}, additionalProperties } = schema;
  const more = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  return fieldAt(properties[step] ?? more, rest);
}
