// Everything that is derived from the definitions of the kinds, as files.

import { stringify } from 'yaml';
import { kinds, terraformType } from '../kinds.ts';
import { crdYaml } from './crd.ts';
import { errorsPage, kindPage } from './docs.ts';
import { manifestJsonSchema } from './json-schema.ts';
import { openApiDocument } from './openapi.ts';
import { clusterRolesYaml } from './rbac.ts';
import { holdOperation, terraformResource, tokenOperation } from './terraform.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Path from the repository root to content, of every generated file. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const kind of kinds) {
    files.set(`crds/generated/crd/${kind.plural}.yaml`, crdYaml(kind));
    files.set(`crds/generated/schema/${kind.singular}.json`, json(manifestJsonSchema(kind)));
    files.set(`docs/reference/${kind.singular}.md`, kindPage(kind));
  }
  files.set('docs/reference/errors.md', errorsPage());
  // Kustomize reads no file outside of a folder of its own, so it is told of the definitions where they are.
  const definitions = kinds.map(({ plural }) => `crd/${plural}.yaml`);
  files.set('crds/generated/kustomization.yaml', stringify({ resources: definitions }));
  files.set('deploy/kustomize/generated/cluster-roles.yaml', clusterRolesYaml());
  files.set('deploy/helm/lattice/templates/generated/cluster-roles.yaml', clusterRolesYaml());
  files.set('crds/generated/openapi.json', json(openApiDocument()));
  const resources = Object.fromEntries(kinds.map((kind) => [terraformType(kind), terraformResource(kind)]));
  files.set(
    'crds/generated/terraform.ts',
    [
      '// Generated from the definitions in crds/ by `npm run generate`. Do not edit.',
      "import type { OperationDefinition, ResourceDefinition } from '../terraform.ts';",
      '',
      `export const resources: Readonly<Record<string, ResourceDefinition>> = ${JSON.stringify(resources, null, 2)};`,
      '',
      `export const apiToken: OperationDefinition = ${JSON.stringify(tokenOperation(), null, 2)};`,
      '',
      `export const agentHold: OperationDefinition = ${JSON.stringify(holdOperation(), null, 2)};`,
      '',
    ].join('\n'),
  );
  return files;
}
