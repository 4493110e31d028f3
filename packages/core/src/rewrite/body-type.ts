import { readField, readFields } from '../http/fields.ts';
import type { ResponseHead } from '../message.ts';

const rewritableType = /^(?:application\/(?:[^;,\s]+\+)?json|text\/html|text\/plain)\s*(?:;|$)/i;
/** Encodings in which the bytes of an ASCII text are not that text. */
const otherCharset = /charset\s*=\s*(?:"\s*)?(?:utf-?(?:7|16|32)|ucs-?[24]|iso-10646|csunicode|unicode(?!-1-1-utf-8)|iso-2022|hz-gb|ibm-?\d|cp-?(?:037|500|1047)|x-ebcdic)/i;

/** Whether a body of that type may name origins: `application/json`, `+json`, `text/html` and `text/plain` in an ASCII-compatible charset. */
export function isRewritableType(contentType: string | undefined): boolean {
  return contentType !== undefined && rewritableType.test(contentType) && !otherCharset.test(contentType);
}

/** Whether the body of a response of Ory is searched for origins: complete ones (no 206) of a type that may name them. */
export function isRewritable(head: ResponseHead, { method }: { readonly method: string }): boolean {
  const { status, fields } = head;
  if (method === 'HEAD' || status < 200 || status === 204 || status === 205 || status === 206 || status === 304) return false;
  return isRewritableType(readField(fields, 'content-type'));
}

/** The content coding in lower case; several are joined by `, ` as applied. */
export function readContentCoding(head: ResponseHead): 'identity' | (string & {}) {
  const codings = readFields(head.fields, 'content-encoding').join(',').split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0) return 'identity';
  // RFC 9110 §8.4.1.3: `x-gzip` is the same.
  return codings.map((coding) => (coding === 'x-gzip' ? 'gzip' : coding)).join(', ');
}
