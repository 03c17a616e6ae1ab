import { X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createAuthority, issueClientCertificate, issueServerCertificate } from './certificates.ts';

const alice = { user: 'alice', groups: ['ops', 'dev, "quoted"'] };

test('what an authority signs is its own, and nothing of another of the same name', async () => {
  const ours = await createAuthority('lattice');
  const other = await createAuthority('lattice');
  const ca = new X509Certificate(ours.certificatePem);
  expect(ca.ca).toBe(true);
  const signed = [await issueServerCertificate(ours), await issueClientCertificate(ours, alice)];
  for (const { certificatePem } of signed) {
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIssued(ca)).toBe(true);
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.verify(new X509Certificate(other.certificatePem).publicKey)).toBe(false);
  }
});

test('a client certificate names its user and every group, whatever characters they have', async () => {
  const { certificatePem } = await issueClientCertificate(await createAuthority('lattice'), alice);
  expect(new X509Certificate(certificatePem).toLegacyObject().subject).toMatchObject({
    CN: 'alice',
    O: ['ops', 'dev, "quoted"'],
  });
});

test('a server certificate is for this machine only, by address and by name', async () => {
  const { certificatePem } = await issueServerCertificate(await createAuthority('lattice'));
  const certificate = new X509Certificate(certificatePem);
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIP('127.0.0.2')).toBeUndefined();
  expect(certificate.checkHost('example.com')).toBeUndefined();
});
