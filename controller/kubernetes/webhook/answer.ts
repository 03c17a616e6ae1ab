// A verdict in the words of Kubernetes: a Status with its causes by field, and warnings that fit.

import { type ErrorCode, errors } from '../../../crds/errors.ts';
import type { Finding } from '../../../crds/findings.ts';
import { fromPointer } from '../../../crds/json.ts';
import type { ReviewRequest } from './request.ts';
import { isRefused, type Verdict } from './review.ts';

export interface ReviewAnswer {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly status?: object;
    readonly warnings?: readonly string[];
  };
}

export function answerOf(request: ReviewRequest, verdict: Verdict): ReviewAnswer {
  const warnings = verdict.filter(({ level }) => level === 'warning').map(warningOf);
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid: request.uid,
      allowed: !isRefused(verdict),
      ...(isRefused(verdict) && { status: statusOf(request, verdict) }),
      ...(warnings.length > 0 && { warnings }),
    },
  };
}

function statusOf({ kind }: ReviewRequest, verdict: Verdict) {
  const refused = verdict.filter(({ level }) => level === 'error');
  const worst = refused[0]?.code ?? 'Internal';
  const { status } = errors[worst];
  return {
    status: 'Failure',
    code: status,
    reason: reasonOf(worst, status),
    message: refused.map(sentenceOf).join('; '),
    details: {
      group: kind.group,
      kind: kind.kind,
      causes: refused.map((found) => ({
        reason: found.code,
        field: fieldOf(found),
        message: textOf(found),
      })),
      ...(status >= 500 && { retryAfterSeconds: RETRY_AFTER_SECONDS }),
    },
  };
}

const RETRY_AFTER_SECONDS = 1;

/** Never `Conflict`: the API server and kubectl answer that one by repeating the request again and again. */
function reasonOf(code: ErrorCode, status: number): string {
  if (status === 409)
    return code === 'AlreadyExists' || code === 'DeclaredTwice' ? 'AlreadyExists' : 'Forbidden';
  return reasons[status] ?? 'InternalError';
}

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  403: 'Forbidden',
  404: 'NotFound',
  422: 'Invalid',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const sentenceOf = (found: Finding): string =>
  found.pointer === '' ? textOf(found) : `${fieldOf(found)}: ${textOf(found)}`;

const textOf = ({ message, rule }: Finding): string =>
  rule === undefined ? message : `${message} (${rule})`;

/** `/spec/a/0` as `spec.a[0]`; an org is a namespace there. What is about the whole resource is about its name. */
export function fieldOf({ pointer, code }: Finding): string {
  if (pointer === '/metadata/org' || ofNamespace.has(code)) return 'metadata.namespace';
  if (pointer === '') return 'metadata.name';
  return fromPointer(pointer).reduce((path, step) => {
    if (/^\d+$/.test(step)) return `${path}[${step}]`;
    if (!/^[\w-]+$/.test(step)) return `${path}[${step}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');
}

const ofNamespace: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'NamespaceNotMapped',
  'NamespaceMappedTwice',
  'OrgChanged',
]);

/** The API server cuts what is longer, in the middle of a word and without saying so. */
const MOST_WARNING_CHARACTERS = 256;

function warningOf(found: Finding): string {
  const waits =
    found.code === 'ReferenceNotFound' || found.code === 'BeingDeleted' ? '; it is waited for' : '';
  const text = `${sentenceOf(found)}${waits}`.replace(/\s+/g, ' ');
  return text.length <= MOST_WARNING_CHARACTERS ? text : `${text.slice(0, MOST_WARNING_CHARACTERS - 1)}…`;
}
