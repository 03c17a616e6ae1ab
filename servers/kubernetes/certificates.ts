// Makes the certificates of a cluster on one machine: an authority, and what it signs for servers and for clients.
// Promise: Go and Node accept what is signed; a client's name and groups are those that were asked for.
// Never: a key in a file or a log; the caller decides where it goes.

// The certificate library reads this one's metadata, so it must be there first.
import 'reflect-metadata';
import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface Certificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface Client {
  /** What Kubernetes takes as the user's name. */
  readonly user: string;
  readonly groups?: readonly string[];
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

export async function createAuthority(name: string): Promise<Certificate> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys,
    ...validity(),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return asPem(certificate, keys);
}

/** For a server on this machine, whichever of its names it is called by. */
export function issueServerCertificate(authority: Certificate): Promise<Certificate> {
  return issue(authority, { CN: ['localhost'] }, [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension([
      { type: 'ip', value: '127.0.0.1' },
      { type: 'dns', value: 'localhost' },
    ]),
  ]);
}

/** Kubernetes reads the user from the common name and the groups from the organizations. */
export function issueClientCertificate(authority: Certificate, client: Client): Promise<Certificate> {
  const { user, groups = [] } = client;
  return issue(authority, { CN: [user], ...(groups.length > 0 && { O: groups }) }, [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
  ]);
}

async function issue(
  authority: Certificate,
  subject: Readonly<Record<string, readonly string[]>>,
  extensions: readonly Extension[],
): Promise<Certificate> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: new Name([literal(subject)]),
    issuer: new X509Certificate(authority.certificatePem).subject,
    publicKey: keys.publicKey,
    signingKey: createPrivateKey(authority.privateKeyPem).toCryptoKey(algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true), ...extensions],
  });
  return asPem(certificate, keys);
}

/** As text to be taken as it is: in a bare string the library reads quotes and `#` as notation. */
function literal(
  name: Readonly<Record<string, readonly string[]>>,
): Record<string, { utf8String: string }[]> {
  return Object.fromEntries(
    Object.entries(name).map(([type, values]) => [type, values.map((utf8String) => ({ utf8String }))]),
  );
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** Clocks differ and time zones are mistaken, so it begins a day ago. */
function validity(now = Date.now()): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(now - dayMs), notAfter: new Date(now + 3_650 * dayMs) };
}

function asPem(certificate: X509Certificate, { privateKey }: webcrypto.CryptoKeyPair): Certificate {
  return {
    certificatePem: `${certificate.toString('pem')}\n`,
    privateKeyPem: KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
