// A host becomes a peer: its own private key is found or made, and the public half is declared where none is. The key is on
// disk before anything is sent, so a host that dies in between goes on with the same key.

import { API_VERSION, type ApiObject } from '../../crds/api.ts';
import { meshPeer } from '../../crds/mesh-peer.ts';
import type { ApiClient, ObjectName } from '../client.ts';
import { writePrivate } from '../dev/state.ts';
import { UsageError } from '../usage.ts';
import { readIfThere, readSecret } from './file.ts';
import { generatePrivateKey, publicKeyOf } from './keys.ts';
import { type OwnPart, ownPartOf, renderOwnPart } from './text.ts';

export interface HostFiles {
  /** The config that is kept. */
  readonly config: string;
  /** The host's own part: its private key, and lines of [Interface] that are its own. */
  readonly own: string;
}

export async function enrol(client: ApiClient, name: ObjectName, files: HostFiles): Promise<OwnPart> {
  const peer = await client.get(name);
  if (peer === undefined) throw new UsageError(`${shown(name)} does not exist`);
  const declared = publicKeyIn(peer);
  const own = (await readOwn(files)) ?? (await makeOwn(files, name, declared));
  const publicKey = publicKeyOf(own.privateKey);
  if (declared === undefined) await declareKey(client, name, peer, publicKey);
  else if (declared !== publicKey)
    throw new UsageError(
      `${shown(name)} is declared with the public key ${declared}, but the private key in ${files.own} is that of ${publicKey}: ` +
        'put the right key there, or correct the declaration',
    );
  return own;
}

/** The own part of before; on the first run that of a config which somebody wrote by hand, so that its key is not lost. */
async function readOwn(files: HostFiles): Promise<OwnPart | undefined> {
  const text = await readSecret(files.own);
  if (text !== undefined) {
    const own = ownPartOf(text);
    if (own === undefined) throw new UsageError(`${files.own} holds no PrivateKey`);
    return own;
  }
  const config = await readIfThere(files.config);
  const found = config === undefined ? undefined : ownPartOf(config);
  if (found !== undefined) await writePrivate(files.own, renderOwnPart(found));
  return found;
}

async function makeOwn(files: HostFiles, name: ObjectName, declared: string | undefined): Promise<OwnPart> {
  if (declared !== undefined)
    throw new UsageError(
      `${shown(name)} is declared with a public key, and ${files.own} does not exist: put its private key there (mode 600), ` +
        'or remove publicKey from the declaration and let this host make a key',
    );
  const own = { privateKey: generatePrivateKey(), entries: [] };
  await writePrivate(files.own, renderOwnPart(own));
  return own;
}

async function declareKey(
  client: ApiClient,
  name: ObjectName,
  { metadata, spec }: ApiObject,
  publicKey: string,
): Promise<void> {
  const manifest = {
    apiVersion: API_VERSION,
    kind: meshPeer.name,
    metadata: {
      org: name.org,
      name: name.name,
      labels: metadata.labels,
      annotations: metadata.annotations,
    },
    spec: { ...spec, publicKey },
  };
  await client.update(name, manifest, metadata.resourceVersion);
}

const publicKeyIn = ({ spec }: ApiObject): string | undefined =>
  typeof spec.publicKey === 'string' ? spec.publicKey : undefined;

const shown = ({ org, name }: ObjectName): string => `meshpeer ${org}/${name}`;
