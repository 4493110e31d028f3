import type { Clock } from '../clock/clock.ts';
import { createUuid } from '../ids/ids.ts';

/** A message that a real Kratos would have sent by mail or text message. */
export interface OutboxMessage {
  readonly id: string;
  readonly to: string;
  readonly template: 'recovery_code_valid' | 'recovery_code_invalid' | 'verification_code_valid' | 'verification_code_invalid';
  readonly subject: string;
  readonly body: string;
  /** The code in the message; `''` where it has none. */
  readonly code: string;
  /** The flow that the code belongs to. */
  readonly flowId: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
}

/** Where messages go instead of into the mail. */
export interface Outbox {
  /** Oldest first; the last 500. */
  readonly messages: readonly OutboxMessage[];
  /** The newest message to an address, if there is one. */
  readonly latest: (to: string) => OutboxMessage | undefined;
  add(message: Omit<OutboxMessage, 'id' | 'sentAt'>): OutboxMessage;
}

const kept = 500;

export function createOutbox(now: Clock): Outbox {
  const messages: OutboxMessage[] = [];
  return {
    messages,
    latest: (to) => messages.findLast((message) => message.to === to.trim().toLowerCase()),
    add(message) {
      const sent = { ...message, id: createUuid(), sentAt: now() };
      messages.push(sent);
      if (messages.length > kept) messages.shift();
      return sent;
    },
  };
}
