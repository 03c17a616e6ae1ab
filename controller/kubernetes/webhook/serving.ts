// The certificate that this process serves with, renewed long before it ends. Promise: a new one is served only after every API
// server that calls us believes it, so no call fails over it; what is published stays believed until it expires.

import type { Database } from '../../../store/database.ts';
import { publishCertificate, withdrawCertificate } from '../../../store/webhook-certificates.ts';
import { createServingCertificate, type ServingCertificate } from './certificate.ts';

export interface ServingSettings {
  readonly db: Database;
  readonly holder: string;
  readonly dnsNames: readonly string[];
  readonly lifetimeMs: number;
  /** Whether every API server that calls us believes it. */
  isBelieved(pem: string): Promise<boolean>;
  failed(error: unknown): void;
}

export interface Serving {
  readonly first: ServingCertificate;
  /** Begins to publish and to renew; `serve` is told which to serve with from now on. */
  start(serve: (certificate: ServingCertificate) => void): void;
  /** Whether what is served is believed, as far as we have seen; a cluster that is away is not waited for without end. */
  isReady(): boolean;
  /** Nobody needs to believe them any more. */
  stop(): Promise<void>;
}

const MOST_WAIT_MS = 60_000;

interface Numbered extends ServingCertificate {
  readonly holder: string;
  readonly madeAt: number;
}

export async function servingCertificates(settings: ServingSettings): Promise<Serving> {
  const { db, holder, dnsNames, lifetimeMs, isBelieved, failed } = settings;
  const pollMs = Math.min(1_000, lifetimeMs / 20);
  /** An API server hears of a new bundle a moment after it is stored. */
  const settleMs = Math.min(10_000, lifetimeMs / 10);
  let made = 0;
  const make = async (): Promise<Numbered> => {
    made += 1;
    const certificate = await createServingCertificate(dnsNames, lifetimeMs);
    return { ...certificate, holder: `${holder}/${made}`, madeAt: Date.now() };
  };
  const first = await make();
  const published: Numbered[] = [first];
  let serving = first;
  let next: Numbered | undefined;
  let nextBelievedAt: number | undefined;
  let ready = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const publish = ({ holder: name, certificatePem: pem, expiresAt }: Numbered): Promise<void> =>
    publishCertificate(db, { holder: name, pem, expiresAt });

  const look = async (serve: (certificate: ServingCertificate) => void): Promise<void> => {
    if (!ready || next === undefined) await publish(serving);
    ready ||= await isBelieved(serving.certificatePem);
    if (next === undefined) {
      if (Date.now() < serving.madeAt + (lifetimeMs * 2) / 3) return;
      next = await make();
      published.push(next);
    }
    await publish(next);
    nextBelievedAt ??= (await isBelieved(next.certificatePem)) ? performance.now() : undefined;
    const isSettled = nextBelievedAt !== undefined && performance.now() - nextBelievedAt >= settleMs;
    // One that has ended is believed by nobody; the other may be by some.
    if (!isSettled && Date.now() < serving.expiresAt.getTime()) return;
    serve(next);
    serving = next;
    ready = isSettled;
    next = undefined;
    nextBelievedAt = undefined;
  };
  return {
    first,
    start: (serve) => {
      const tick = (): void => {
        running = look(serve)
          .catch(failed)
          .then(() => {
            if (!stopped) timer = setTimeout(tick, pollMs);
          });
      };
      tick();
    },
    isReady: () => ready || Date.now() - first.madeAt > MOST_WAIT_MS,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
      await Promise.all(published.map((each) => withdrawCertificate(db, each.holder))).catch(failed);
    },
  };
}
