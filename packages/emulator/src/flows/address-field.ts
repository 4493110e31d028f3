import { readText, type JsonObject } from '../http/json.ts';
import { formats } from '../schema/formats.ts';
import { FormError } from './failure.ts';
import { toInvalidEmail } from './message.ts';

/** The field `email`, or `''`. @throws FormError when it is no address */
export function readAddressField(fields: JsonObject): string {
  const email = readText(fields, 'email');
  if (email !== '' && !formats['email']?.(email)) throw new FormError([{ name: 'email', message: toInvalidEmail(email) }]);
  return email;
}
