// Every error answer is a problem document with a stable code. What is not the caller's fault is logged with its cause and
// answered without it.

import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../../config/log.ts';
import { type ErrorCode, errors } from '../../crds/errors.ts';
import { LatticeError, type Problem } from '../../crds/findings.ts';
import { type Outage, outageOf } from '../../store/outage.ts';

export function problemHandler(log: Log) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const outage = outageOf(error);
    const known = outage === undefined ? asLatticeError(error) : outageError(outage);
    if (outage !== undefined)
      log.warn({ requestId: request.id, error: String(error) }, `a request was put off: ${outage.message}`);
    else if (errors[known.code].status >= 500)
      log.error(
        { requestId: request.id, error: error instanceof Error ? error.stack : String(error) },
        'a request failed',
      );
    return sendProblem(reply, request.id, known);
  };
}

/** What passes by itself is asked for again soon: a restart takes seconds, and the wait of a client grows by itself. */
const RETRY_AFTER_SECONDS = 1;

const outageCodes: Readonly<Record<Outage['left'], ErrorCode>> = {
  nothing: 'DependencyUnavailable',
  unknown: 'OutcomeUnknown',
  contention: 'TooMuchContention',
};

const outageError = ({ left, message }: Outage): LatticeError => new LatticeError(outageCodes[left], message);

function problemOf(requestId: string, error: LatticeError): Problem {
  const { status, title } = errors[error.code];
  return {
    type: `https://lattice.dev/errors#${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.message,
    requestId,
    findings: [...error.findings],
  };
}

export function sendProblem(reply: FastifyReply, requestId: string, error: LatticeError): FastifyReply {
  const problem = problemOf(requestId, error);
  const { status } = problem;
  if (status === 503 || status === 504) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.code(status).type('application/problem+json').send(JSON.stringify(problem));
}

/** By the parser's code: what of a request cannot even be parsed. */
const parserCodes: Readonly<Record<string, ErrorCode>> = { HPE_HEADER_OVERFLOW: 'HeadersTooLarge' };

/** Answers what is no request that a route could answer, and ends the connection. */
export function answerUnparsable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const code = parserCodes[error.code ?? ''] ?? 'InvalidRequest';
  const { status, title } = errors[code];
  const body = JSON.stringify(problemOf(randomUUID(), new LatticeError(code, title)));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'content-type: application/problem+json',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Codes for what fastify itself refuses. */
const fastifyCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BodyTooLarge',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UnsupportedMediaType',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'InvalidJson',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'InvalidRequest',
  FST_ERR_BAD_URL: 'InvalidRequest',
};

function asLatticeError(error: unknown): LatticeError {
  if (error instanceof LatticeError) return error;
  const code = fastifyCodes[(error as Partial<FastifyError>)?.code ?? ''];
  if (code !== undefined) return new LatticeError(code, errors[code].title);
  const status = (error as Partial<FastifyError>)?.statusCode;
  if (status !== undefined && status >= 400 && status < 500)
    return new LatticeError('InvalidRequest', errors.InvalidRequest.title);
  return new LatticeError('Internal', 'the controller failed; its log has the cause under this request id');
}
