// The public certificates with which the webhooks of the running controllers serve, so that the one that acts on a cluster can
// tell its API server whom to believe. Never: a key.

import { z } from 'zod';
import type { Queryable } from './database.ts';

export interface WebhookCertificate {
  /** One serves with several in its life: its name and a number. */
  readonly holder: string;
  readonly pem: string;
  readonly expiresAt: Date;
}

const pemRow = z.object({ pem: z.string() });

/** Of all that have not expired, in an order that stays. */
export async function liveCertificates(db: Queryable): Promise<string[]> {
  const rows = await db.rows(
    pemRow,
    'SELECT pem FROM webhook_certificates WHERE expires_at > now() ORDER BY holder',
  );
  return rows.map(({ pem }) => pem);
}

/** Writes only what is not there. */
export async function publishCertificate(db: Queryable, certificate: WebhookCertificate): Promise<void> {
  const { holder, pem, expiresAt } = certificate;
  const rows = await db.rows(pemRow, 'SELECT pem FROM webhook_certificates WHERE holder = $1', [holder]);
  if (rows[0]?.pem === pem) return;
  await db.run(
    `INSERT INTO webhook_certificates (holder, pem, expires_at) VALUES ($1, $2, $3)
     ON CONFLICT (holder) DO UPDATE SET pem = excluded.pem, expires_at = excluded.expires_at`,
    [holder, pem, expiresAt.toISOString()],
  );
}

export async function withdrawCertificate(db: Queryable, holder: string): Promise<void> {
  await db.run('DELETE FROM webhook_certificates WHERE holder = $1', [holder]);
}

/** Of processes that ended without a word, too. */
export async function removeExpiredCertificates(db: Queryable): Promise<void> {
  await db.run('DELETE FROM webhook_certificates WHERE expires_at < now()');
}
