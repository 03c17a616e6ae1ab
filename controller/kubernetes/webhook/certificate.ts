// A self-signed certificate for one process: its key never leaves it. Promise: Go believes it as its own authority, for the
// names it was made for and for loopback.

// The certificate library reads this one's metadata, so it must be there first.
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface ServingCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly expiresAt: Date;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

export async function createServingCertificate(
  dnsNames: readonly string[],
  lifetimeMs: number,
  now: number = Date.now(),
): Promise<ServingCertificate> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const expiresAt = new Date(now + lifetimeMs);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: ['lattice-webhook'] }],
    keys,
    signingAlgorithm: algorithm,
    // Clocks differ, so it begins a day ago.
    notBefore: new Date(now - DAY_MS),
    notAfter: expiresAt,
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
  return {
    certificatePem: `${certificate.toString('pem')}\n`,
    privateKeyPem: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    expiresAt,
  };
}
