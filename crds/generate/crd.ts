// Kubernetes CustomResourceDefinitions: structural schemas with the same fields, defaults and limits.

import { stringify } from 'yaml';
import { API_GROUP, conditionTypes } from '../api.ts';
import { holdModes } from '../hold.ts';
import type { Kind } from '../kind.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';

export function crdYaml(kind: Kind): string {
  return stringify(crd(kind), { lineWidth: 0 });
}

function crd(kind: Kind) {
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
          schema: {
            openAPIV3Schema: {
              description: kind.description,
              type: 'object',
              required: ['spec'],
              properties: { spec: structural(toJsonSchema(kind.spec)), status: statusSchema },
            },
          },
          subresources: { status: {} },
          additionalPrinterColumns: [
            { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
            { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
            ...kind.columns.map(({ name, pointer }) => ({
              name,
              type: 'string',
              jsonPath: pointer.replaceAll('/', '.'),
            })),
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
        },
      ],
    },
  };
}

const statusSchema = {
  type: 'object',
  properties: {
    observedGeneration: { type: 'integer', format: 'int64' },
    conditions: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
        properties: {
          type: { type: 'string', enum: [...conditionTypes] },
          status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
          reason: { type: 'string' },
          message: { type: 'string' },
          field: { type: 'string' },
          observedGeneration: { type: 'integer', format: 'int64' },
          lastTransitionTime: { type: 'string', format: 'date-time' },
        },
      },
    },
    externalIds: { type: 'object', additionalProperties: { type: 'string' } },
    repairs: {
      type: 'object',
      required: ['count', 'since', 'last', 'what'],
      properties: {
        count: { type: 'integer', format: 'int64' },
        since: { type: 'string', format: 'date-time' },
        last: { type: 'string', format: 'date-time' },
        what: { type: 'string' },
      },
    },
    hold: {
      type: 'object',
      required: ['mode', 'actor', 'reason', 'createdAt'],
      properties: {
        mode: { type: 'string', enum: [...holdModes] },
        actor: { type: 'string' },
        reason: { type: 'string' },
        createdAt: { type: 'string', format: 'date-time' },
        expiresAt: { type: 'string', format: 'date-time' },
      },
    },
  },
};

/** Kubernetes forbids `additionalProperties: false` beside properties (it prunes instead) and knows no `references`. */
function structural(schema: JsonSchema): JsonSchema {
  const {
    additionalProperties,
    propertyNames: _names,
    references: _references,
    immutable: _immutable,
    filledIn: _filledIn,
    form: _form,
    sensitive: _sensitive,
    ...rest
  } = schema;
  return {
    ...rest,
    ...(schema.type === 'integer' && { format: 'int64' }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: structural(additionalProperties),
    }),
    ...(schema.items && { items: structural(schema.items) }),
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([field, inner]) => [field, structural(inner)]),
      ),
    }),
  };
}
