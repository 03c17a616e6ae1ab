// One plain gRPC call over HTTP/2, to learn whether a server serves, without a gRPC library.
// Promise: true only for an answer with status OK; false for everything else, within the limit.
// Never: an open connection left behind.
import { connect, constants } from 'node:http2';

const limitMs = 5_000;

export function answersGrpc(address: string, method: string, message: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    const finish = (answer: boolean) => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    };
    const timer = setTimeout(finish, limitMs, false);
    session.on('error', () => finish(false));
    session.on('close', () => finish(false));
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: method,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    });
    stream.on('error', () => finish(false));
    // An error may come as headers only, a success always ends in trailers.
    stream.on('response', (headers) => {
      if (headers['grpc-status'] !== undefined) finish(false);
    });
    stream.on('trailers', (trailers) => finish(trailers['grpc-status'] === '0'));
    stream.resume();
    stream.end(frame(message));
  });
}

/** gRPC's frame: one byte "not compressed", four bytes of length. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
