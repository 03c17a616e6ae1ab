// Checks that what a spec refers to exists. An unknown value refers to nothing yet.

import { type Finding, finding } from '../../crds/findings.ts';
import { displayName, kindNamed } from '../../crds/kinds.ts';
import { referencesOf } from '../../crds/references.ts';
import type { ValidManifest } from '../../crds/validate.ts';
import type { World } from './world.ts';

export async function referenceFindings(world: World, manifest: ValidManifest): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (manifest.kind.scope === 'org') {
    const org = await world.find({ kind: 'Org', org: manifest.org, name: manifest.org });
    if (org === undefined)
      return [finding('OrgNotFound', '/metadata/org', `there is no org named "${manifest.org}"`)];
    if (org.deleting)
      return [
        finding(
          'OrgNotFound',
          '/metadata/org',
          `org "${manifest.org}" is being deleted and takes no objects`,
        ),
      ];
  }
  for (const reference of referencesOf(manifest.kind, manifest.spec)) {
    const kind = kindNamed(reference.kind);
    const target = await world.find({ kind: reference.kind, org: manifest.org, name: reference.name });
    const shown = kind === undefined ? reference.name : displayName(kind, manifest.org, reference.name);
    if (target === undefined)
      findings.push(finding('ReferenceNotFound', reference.pointer, `${shown} does not exist`));
    else if (target.deleting)
      findings.push(finding('ReferenceNotFound', reference.pointer, `${shown} is being deleted`));
  }
  return findings;
}
