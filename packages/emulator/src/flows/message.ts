import type { JsonObject } from '../http/json.ts';

/** A message of a flow, a node or a label. */
export interface UiMessage {
  readonly id: number;
  readonly text: string;
  readonly type: 'info' | 'error' | 'success';
  readonly context?: JsonObject;
}

function toMessage(type: UiMessage['type'], id: number, text: string, context?: JsonObject): UiMessage {
  return { id, text, type, ...(context && { context }) };
}

function info(id: number, text: string, context?: JsonObject): UiMessage {
  return toMessage('info', id, text, context);
}

function error(id: number, text: string, context?: JsonObject): UiMessage {
  return toMessage('error', id, text, context);
}

/** Labels of nodes. */
export const labels = {
  signIn: info(1010001, 'Sign in'),
  authenticationCode: info(1010006, 'Authentication code'),
  useAuthenticator: info(1010009, 'Use Authenticator'),
  signInWithPassword: info(1010022, 'Sign in with password'),
  signUp: info(1040001, 'Sign up'),
  back: info(1040008, 'Back'),
  unlinkTotp: info(1050004, 'Unlink TOTP Authenticator App'),
  totpQr: info(1050005, 'Authenticator app QR code'),
  totpSecret: info(1050017, 'This is your authenticator app secret. Use it if you can not scan the QR code.'),
  password: info(1070001, 'Password'),
  save: info(1070003, 'Save'),
  id: info(1070004, 'ID'),
  verifyCode: info(1070006, 'Verify code'),
  email: info(1070007, 'Email'),
  resendCode: info(1070008, 'Resend code'),
  continue: info(1070009, 'Continue'),
  recoveryCode: info(1070010, 'Recovery code'),
  verificationCode: info(1070011, 'Verification code'),
} as const;

/** The label of a trait that has a title. */
export function toTraitLabel(title: string, name: string): UiMessage {
  return info(1070002, title, { name, title });
}

/** The text node that shows the secret of an authenticator app. */
export function toTotpSecretMessage(secret: string): UiMessage {
  return info(1050006, secret, { secret });
}

/** Messages that say what happened or what comes next. */
export const notices = {
  reauthenticate: info(1010003, 'Please confirm this action by verifying that it is you.'),
  secondFactor: info(1010004, 'Please complete the second authentication challenge.'),
  chooseCredential: info(1040009, 'Please choose a credential to authenticate yourself with.'),
  settingsSaved: toMessage('success', 1050001, 'Your changes have been saved!'),
  recoveryCodeSent: info(
    1060003,
    'An email containing a recovery code has been sent to the email address you provided. If you have not received an email, check the spelling of the address and make sure to use the address you registered with.',
  ),
  verified: toMessage('success', 1080002, 'You successfully verified your email address.'),
  verificationCodeSent: info(
    1080003,
    'An email containing a verification code has been sent to the email address you provided. If you have not received an email, check the spelling of the address and make sure to use the address you registered with.',
  ),
} as const;

/** The notice of a settings flow that follows a recovery. */
export function toRecoveredNotice(privilegedFor: number, privilegedUntil: string): UiMessage {
  return toMessage(
    'success',
    1060001,
    `You successfully recovered your account. Please change your password or set up an alternative login method (e.g. social sign in) within the next ${(privilegedFor / 60_000).toFixed(2)} minutes.`,
    {
      privilegedSessionExpiresAt: privilegedUntil,
      privileged_session_expires_at: privilegedUntil,
      privileged_session_expires_at_unix: Math.floor(Date.parse(privilegedUntil) / 1000),
    },
  );
}

/** What a user did wrong. */
export const mistakes = {
  invalidCredentials: error(
    4000006,
    'The provided credentials are invalid, check for spelling mistakes in your password or username, email address, or phone number.',
  ),
  duplicateIdentifier: error(4000007, 'An account with the same identifier (email, phone, username, ...) exists already.'),
  wrongTotp: error(4000008, 'The provided authentication code is invalid, please try again.'),
  missingIdentifier: error(
    4000009,
    'Could not find any login identifiers. Did you forget to set them? This could also be caused by a server misconfiguration.',
  ),
  noTotpDevice: error(4000011, 'You have no TOTP device set up.'),
  similarPassword: error(4000031, 'The password can not be used because it is too similar to the identifier.'),
  accountNotFound: error(4000037, 'This account does not exist or has no login method configured.'),
  samePassword: error(4000039, 'The new password must be different from the old password.'),
  noLoginStrategy: error(4010002, 'Could not find a strategy to log you in with. Did you fill out the form correctly?'),
  noRegistrationStrategy: error(4010003, 'Could not find a strategy to sign you up with. Did you fill out the form correctly?'),
  noSettingsStrategy: error(4010004, 'Could not find a strategy to update your settings. Did you fill out the form correctly?'),
  noRecoveryStrategy: error(4010005, 'Could not find a strategy to recover your account with. Did you fill out the form correctly?'),
  noVerificationStrategy: error(4010006, 'Could not find a strategy to verify your account with. Did you fill out the form correctly?'),
  recoveryAlreadyDone: error(4060001, 'The request was already completed successfully and can not be retried.'),
  wrongRecoveryCode: error(4060006, 'The recovery code is invalid or has already been used. Please try again.'),
  verificationAlreadyDone: error(4070002, 'The request was already completed successfully and can not be retried.'),
  wrongVerificationCode: error(4070006, 'The verification code is invalid or has already been used. Please try again.'),
} as const;

export function toGenericMistake(reason: string): UiMessage {
  return error(4000001, reason, { reason });
}

export function toMissingProperty(property: string): UiMessage {
  return error(4000002, `Property ${property} is missing.`, { property });
}

/** A limit that a value breaks; `numbers` are the limit and the actual number, keyed as in the context. */
export function toLimitMistake(id: number, text: string, numbers: JsonObject): UiMessage {
  return error(id, text, numbers);
}

export function toPatternMistake(pattern: string): UiMessage {
  return error(4000004, `does not match pattern ${JSON.stringify(pattern)}`, { pattern });
}

export function toWrongType(allowed: readonly string[], actual: string): UiMessage {
  return error(4000026, `expected ${allowed.join(' or ')}, but got ${actual}`, { actual_type: actual, allowed_types: allowed });
}

export function toInvalidEmail(value: string): UiMessage {
  return error(4000040, 'Enter a valid email address', { value });
}

export function toInvalidPhone(value: string): UiMessage {
  return error(4000041, 'Enter a valid phone number', { value });
}

const expiredIds = { login: 4010001, registration: 4040001, settings: 4050001, recovery: 4060005, verification: 4070005 } as const;

/** The notice of the flow that replaces an expired one. */
export function toFlowExpired(flow: keyof typeof expiredIds, expiredFor: number, expiredAt: string): UiMessage {
  return error(expiredIds[flow], `The ${flow} flow expired ${(expiredFor / 60_000).toFixed(2)} minutes ago, please try again.`, {
    expired_at: expiredAt,
    expired_at_unix: Math.floor(Date.parse(expiredAt) / 1000),
  });
}
