// The keys of one cluster in a folder of their own: made once, then read again at every start.
// Promise: a restart finds the same authority, service-account keys and admin token, so whoever was let in still is;
//   readable by their owner alone; made whole or not at all.
// Never: a key that is replaced: objects that were signed by the old one would turn into strangers.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillOnce } from '../cache.ts';
import {
  type Certificate,
  type Client,
  createAuthority,
  issueClientCertificate,
  issueServerCertificate,
} from './certificates.ts';

export interface Pki {
  readonly caFile: string;
  readonly caPem: string;
  readonly servingCertificateFile: string;
  readonly servingKeyFile: string;
  /** They sign and check the tokens of service accounts. */
  readonly serviceAccountKeyFile: string;
  readonly serviceAccountPublicKeyFile: string;
  /** In Kubernetes' form: token, user, uid, groups. */
  readonly tokensFile: string;
  /** Of the user `admin` in group `system:masters`, which may do everything: not for logs. */
  readonly adminToken: string;
  issue(client: Client): Promise<Certificate>;
}

export async function preparePki(folder: string): Promise<Pki> {
  await fillOnce(folder, makePki);
  const at = (name: string) => join(folder, name);
  const read = (name: string) => readFile(at(name), 'utf8');
  const caPem = await read('ca.crt');
  const authority = { certificatePem: caPem, privateKeyPem: await read('ca.key') };
  return {
    caFile: at('ca.crt'),
    caPem,
    servingCertificateFile: at('serving.crt'),
    servingKeyFile: at('serving.key'),
    serviceAccountKeyFile: at('service-account.key'),
    serviceAccountPublicKeyFile: at('service-account.pub'),
    tokensFile: at('tokens.csv'),
    adminToken: (await read('admin.token')).trim(),
    issue: (client) => issueClientCertificate(authority, client),
  };
}

async function makePki(staging: string): Promise<void> {
  await chmod(staging, 0o700);
  const write = (name: string, content: string) => writeFile(join(staging, name), content, { mode: 0o600 });
  const authority = await createAuthority('lattice-kubernetes');
  const serving = await issueServerCertificate(authority);
  const serviceAccount = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const adminToken = randomBytes(32).toString('hex');
  await write('ca.crt', authority.certificatePem);
  await write('ca.key', authority.privateKeyPem);
  await write('serving.crt', serving.certificatePem);
  await write('serving.key', serving.privateKeyPem);
  await write(
    'service-account.key',
    serviceAccount.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  await write(
    'service-account.pub',
    serviceAccount.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  );
  await write('admin.token', adminToken);
  await write('tokens.csv', `${adminToken},admin,admin,"system:masters"\n`);
}
