// The paths of short-lived tokens.

import { answer, jsonBody, type Node, parameter, problems, ref, text } from './openapi-parts.ts';

export function tokenPaths(): Record<string, Node> {
  const id = [parameter('path', 'id', 'Id of the token.', { ...text, format: 'uuid' })];
  const body = (name: string): Node => ({ required: true, ...jsonBody(ref(name)) });
  return {
    '/v1/tokens': {
      post: {
        operationId: 'mintToken',
        summary:
          'Mint a short-lived token with a part of the rights of the caller, who must be in the tokens file',
        requestBody: body('MintRequest'),
        responses: {
          201: answer('The token, which is answered this once.', ref('MintedToken')),
          ...problems,
        },
      },
    },
    '/v1/tokens/{id}/renew': {
      parameters: id,
      post: {
        operationId: 'renewToken',
        summary: 'Let a token live longer, up to a day from its minting; for who minted it and for itself',
        requestBody: body('RenewRequest'),
        responses: { 200: answer('The token without itself.', ref('ApiToken')), ...problems },
      },
    },
    '/v1/tokens/{id}': {
      parameters: id,
      delete: {
        operationId: 'revokeToken',
        summary: 'Revoke a token; for who minted it and for itself',
        responses: { 200: answer('The token without itself.', ref('ApiToken')), ...problems },
      },
    },
  };
}
