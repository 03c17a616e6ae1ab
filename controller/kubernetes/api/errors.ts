// What an API server answers when it refuses: its own Status object, or less from a proxy in between.

import type { Dispatcher } from 'undici';
import { z } from 'zod';

export class ApiError extends Error {
  /** HTTP status; 200 when an answer could not be read. */
  readonly status: number;
  /** Kubernetes' own word, e.g. `Conflict`; empty when none was given. */
  readonly reason: string;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

const statusSchema = z.object({
  reason: z.string().default(''),
  message: z.string().default(''),
  code: z.int().optional(),
  details: z.object({ retryAfterSeconds: z.number().optional() }).optional(),
});

export async function apiErrorOf({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<ApiError> {
  const text = await body.text().catch(() => '');
  const said = statusSchema.safeParse(json(text)).data;
  const header = Number([headers['retry-after']].flat()[0]);
  const seconds = said?.details?.retryAfterSeconds ?? (Number.isFinite(header) ? header : undefined);
  const message = said?.message || `the API server answered ${statusCode}`;
  return new ApiError(
    statusCode,
    said?.reason ?? '',
    message,
    seconds === undefined ? undefined : seconds * 1000,
  );
}

/** The error of an ERROR event in a watch. */
export function apiErrorOfEvent(object: unknown): ApiError {
  const said = statusSchema.safeParse(object).data;
  return new ApiError(said?.code ?? 500, said?.reason ?? '', said?.message ?? 'the watch broke');
}

export const isGone = (error: unknown): boolean =>
  error instanceof ApiError &&
  (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone');
export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.status === 409;

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
