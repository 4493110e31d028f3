import { notFound, type OryError } from '../errors/ory-error.ts';

/** The answer to a method that the configuration switched off. */
export function methodDisabled(): OryError {
  return notFound('This endpoint was disabled by system administrator. Please check your url or contact the system administrator to enable it.');
}
