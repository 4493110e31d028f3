import { OryError } from '../errors/ory-error.ts';
import { toGenericMistake, toMissingProperty, type UiMessage } from './message.ts';
import type { Form } from './form.ts';

/** One message of a failed submit; without a name it belongs to the form itself. */
export interface FormMistake {
  readonly message: UiMessage;
  readonly name?: string;
}

/** A submit whose flow is shown again with messages. */
export class FormError extends Error {
  readonly mistakes: readonly FormMistake[];

  constructor(mistakes: readonly FormMistake[]) {
    super(mistakes.map(({ message }) => message.text).join('; '));
    this.name = 'FormError';
    this.mistakes = mistakes;
  }
}

/** A failure with one message for the whole form. */
export function formError(message: UiMessage): FormError {
  return new FormError([{ message }]);
}

/** Whether a failure is the one with this message for the whole form. */
export function isForm(failure: unknown, message: UiMessage): boolean {
  return failure instanceof FormError && failure.mistakes.some((mistake) => mistake.message === message);
}

/** A failure of fields that were not sent. */
export function missingFields(...names: readonly string[]): FormError {
  return new FormError(names.map((name) => ({ name, message: toMissingProperty(name) })));
}

/** Adds a failure's messages to a form. Errors that are not the user's to mend are thrown on. */
export function showFailure(form: Form, failure: unknown): void {
  if (failure instanceof FormError) {
    for (const { message, name } of failure.mistakes) form.addMessage(message, name);
  } else if (failure instanceof OryError && failure.fields.code === 400) {
    form.addMessage(toGenericMistake(failure.fields.reason ?? ''));
  } else {
    throw failure;
  }
}
