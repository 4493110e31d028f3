import { OryProxyError } from '../errors.ts';
import type { TokenIssuer, TokenIssuerContext } from './issue.ts';
import { createLengthCheck } from './token-length.ts';

const remedy = 'let the template of "tokenizeAs" put less into it';

/** Hands out the tokens that Ory made for sessions. Their audience is the template's affair. Rejects with `session_too_large`. */
export function createOryTokenIssuer(context: TokenIssuerContext): TokenIssuer {
  const checkLength = createLengthCheck(context, remedy);
  return {
    issue({ tokenized }) {
      if (tokenized === undefined) return Promise.reject(new OryProxyError('internal_error', 'the session has no token of Ory'));
      try {
        checkLength(tokenized.text.length);
        return tokenized.text;
      } catch (error) {
        return Promise.reject(error as Error);
      }
    },
  };
}
