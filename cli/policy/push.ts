// Putting a folder of policies in force in an org.

import { readFile } from 'node:fs/promises';
import { kindNamed } from '../../crds/kinds.ts';
import type { ApiClient, ObjectName } from '../client.ts';
import { compiled, policyName, regoFiles } from './files.ts';

export async function pushPolicies(client: ApiClient, folder: string, org: string): Promise<void> {
  // Checked before the first is put in force.
  await compiled([folder]);
  const ready = async (name: ObjectName): Promise<void> => {
    await client.waitReady(name, 60_000);
  };
  const orgName = nameOf('Org', org, org);
  await put(client, orgName, { kind: 'Org', metadata: { name: org }, spec: {} });
  await ready(orgName);
  for (const file of await regoFiles([folder])) {
    const name = policyName(file);
    const manifest = {
      kind: 'Policy',
      metadata: { org, name },
      spec: { rego: await readFile(file, 'utf8') },
    };
    const action = await put(client, nameOf('Policy', org, name), manifest);
    await ready(nameOf('Policy', org, name));
    process.stdout.write(`${action} policy ${org}/${name}\n`);
  }
}

/** Creates or updates one object; an org that exists is left as it is. */
async function put(client: ApiClient, name: ObjectName, manifest: object): Promise<string> {
  const existing = await client.get(name);
  if (existing === undefined) {
    await client.create(name, manifest);
    return 'created';
  }
  if (name.kind.name === 'Org') return 'kept';
  await client.update(name, manifest, existing.metadata.resourceVersion);
  return 'updated';
}

function nameOf(kindName: string, org: string, name: string): ObjectName {
  const kind = kindNamed(kindName);
  if (kind === undefined) throw new Error(`unknown kind ${kindName}`);
  return { kind, org, name };
}
