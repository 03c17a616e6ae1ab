// An API server that says who it is to the webhook, and others who do not.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { createAuthority, issueClientCertificate } from '../../../servers/kubernetes/certificates.ts';
import { freePorts } from '../../../servers/ports.ts';
import { removeFolder, temporaryFolder } from '../../support/dev.ts';
import { eventually } from '../../support/eventually.ts';
import { webhookConfiguration } from './admission.ts';
import { resource, type Stand, startStand } from './stand.ts';

let stand: Stand;
let folder: string;
let port: number;

beforeAll(async () => {
  folder = await temporaryFolder();
  [port = 0] = await freePorts(1);
  const caFile = join(folder, 'client-ca.crt');
  const authority = await createAuthority('api-servers');
  await writeFile(caFile, authority.certificatePem);
  stand = await startStand({
    flags: { 'admission-control-config-file': await admissionControl(authority) },
    settings: {
      LATTICE_KUBERNETES_WEBHOOK_PORT: String(port),
      LATTICE_KUBERNETES_WEBHOOK_CLIENT_CA_FILE: caFile,
    },
  });
});

afterAll(async () => {
  await stand?.stop();
  await removeFolder(folder);
});

/** What an operator gives the API server so that it shows a certificate to webhooks. */
async function admissionControl(authority: Awaited<ReturnType<typeof createAuthority>>): Promise<string> {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const { certificatePem, privateKeyPem } = await issueClientCertificate(authority, { user: 'api-server' });
  const user = {
    'client-certificate-data': base64(certificatePem),
    'client-key-data': base64(privateKeyPem),
  };
  const kubeConfigFile = join(folder, 'webhooks.kubeconfig');
  const kubeconfig = { apiVersion: 'v1', kind: 'Config', users: [{ name: '*', user }] };
  await writeFile(kubeConfigFile, JSON.stringify(kubeconfig), { mode: 0o600 });
  const file = join(folder, 'admission.yaml');
  const configuration = {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'WebhookAdmissionConfiguration',
    kubeConfigFile,
  };
  const plugin = { name: 'ValidatingAdmissionWebhook', configuration };
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AdmissionConfiguration',
      plugins: [plugin],
    }),
  );
  return file;
}

test('the API server is answered, and nobody else', async () => {
  await stand.apply(await webhookConfiguration([port]));
  const said = (manifest: object) => stand.apply(manifest, '--dry-run=server').catch(String);
  await eventually(
    'the webhook is believed',
    () => said(resource('Budget', 'probe', {})),
    (answer) => answer.includes('created (server dry run)'),
  );
  expect(await said(resource('Budget', 'probe', {}, { namespace: 'default' }))).toContain(
    'no org lists namespace "default"',
  );
  const stranger = new Agent({ connect: { rejectUnauthorized: false } });
  const asked = request(`https://127.0.0.1:${port}/kubernetes/admission`, {
    method: 'POST',
    dispatcher: stranger,
  });
  await expect(asked).rejects.toThrow(/certificate required|other side closed|ECONNRESET/);
  await stranger.close();
});
