// One HTTP exchange, over Node's own client: loading what stands behind `fetch` costs a plan more than everything else that it
// asks of the controller. Promise: the answer is whole, or it is an error; no redirect is followed. Never: a second attempt.

// Not imported when needed: that reads every export of these modules, and one of them loads all of `fetch`.
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Request {
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

export interface Response {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

export async function exchange(url: string, { method, headers, body, signal }: Request): Promise<Response> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      // What is sent packed would have to be unpacked here.
      const options = { method, headers: { 'accept-encoding': 'identity', ...headers }, signal };
      request(url, options, resolve).on('error', reject).end(body);
    });
    const text = await textOf(response);
    return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text };
  } catch (error) {
    // Node says that the connection is gone, and not that it was us or why.
    signal.throwIfAborted();
    throw error;
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  if (!response.complete) throw new Error('the answer broke off');
  // Without the mark that some put before the text.
  return new TextDecoder().decode(Buffer.concat(chunks));
}
