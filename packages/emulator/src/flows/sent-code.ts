import { timingSafeEqual } from 'node:crypto';
import { badRequest, type OryError } from '../errors/ory-error.ts';
import { createCode } from '../ids/ids.ts';
import type { Identity } from '../identities/identity.ts';
import type { Kratos } from '../kratos/kratos.ts';
import type { Flow, SentCode } from './flow.ts';

/** Makes a code the one that the flow waits for, in place of any before. */
export function replaceSentCode(kratos: Kratos, flow: Flow, identity: Identity, address: string): SentCode {
  const sent = { code: createCode(), address, identityId: identity.id, expiresAt: kratos.now() + kratos.settings.methods.code.lifespan };
  flow.sentCode = sent;
  return sent;
}

/**
 * Takes the code that a flow waits for, if this is it; a code works once.
 * @throws OryError when the flow has borne all the guesses that it may
 */
export function takeSentCode(kratos: Kratos, flow: Flow, given: string): SentCode | undefined {
  flow.submittedCodes += 1;
  if (flow.submittedCodes > kratos.settings.methods.code.maxSubmissions) throw submittedTooOften();
  const { sentCode } = flow;
  if (!sentCode) return undefined;
  const [left, right] = [Buffer.from(given.trim()), Buffer.from(sentCode.code)];
  if (left.length !== right.length || !timingSafeEqual(left, right) || sentCode.expiresAt <= kratos.now()) return undefined;
  flow.sentCode = undefined;
  return sentCode;
}

/** Whether a failure is that of too many guesses. */
export function isSubmittedTooOften(failure: unknown): failure is OryError {
  return failure instanceof Error && failure.message === tooOften;
}

const tooOften = 'The request was submitted too often. Please request another code.';

function submittedTooOften(): OryError {
  return badRequest(tooOften);
}
