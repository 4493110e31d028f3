import type { Stage } from './stage.ts';

/** What has happened before a step: before the first one, or between two that were recorded. */
export type Scene = Readonly<Record<number, (stage: Stage) => Promise<unknown>>>;

/** A browser that is logged in, with the cookies of the first step. */
const loggedIn: Scene = { 0: async (stage) => stage.cookies(await stage.identity(), 0) };

/** A native session, with the token of the first step. */
const loggedInNatively: Scene = { 0: async (stage) => stage.token(await stage.identity(), 0) };

const accountOf = (step: number): Scene => ({ 0: (stage) => stage.account(step) });

const afterwards = (milliseconds: number): Scene[number] => (stage) => stage.target.elapse(milliseconds);

/** An identity with an address that gets mail. */
const known: Scene = { 0: (stage) => stage.identity() };

const codeOf = (step: number): Scene[number] => (stage) => stage.code(step);

const totpOf = (step: number): Scene[number] => (stage) => stage.totp(step);

/** Recordings that are not named start from nothing. */
export const scenes: Readonly<Record<string, Scene>> = {
  W4: loggedIn,
  W5: loggedInNatively,
  W6: loggedInNatively,
  W7: loggedIn,
  W8: {
    0: async (stage) => {
      await stage.cookies(await stage.identity(), 0);
      await stage.token(await stage.stranger(), 0);
    },
  },
  W9: {
    0: async (stage) => {
      const identity = await stage.identity();
      stage.path(0, await stage.cookies(identity, 1));
      await stage.token(identity, 1);
    },
  },
  W10: loggedInNatively,
  W12: loggedIn,
  W13: loggedIn,
  W14: loggedIn,
  W16: { 0: async (stage) => stage.path(0, await stage.cookies(await stage.identity(), 1)) },
  W17: {
    0: async (stage) => {
      const identity = await stage.identity();
      stage.path(0, identity.id);
      await stage.cookies(identity, 1);
    },
  },
  W18: { 0: async (stage) => stage.path(0, await stage.cookies(await stage.identity(), 1)) },
  W19: {
    0: async (stage) => {
      const identity = await stage.identity();
      await stage.secondFactor(identity);
      await stage.token(identity, 0);
    },
  },
  W20: { ...loggedIn, 1: afterwards(4_500) },

  L8: accountOf(1),
  L9: accountOf(1),
  L10: { 0: (stage) => stage.identity() },
  L11: { 0: (stage) => stage.identity() },
  L14: accountOf(1),
  L15: accountOf(1),
  L16: accountOf(1),
  L17: accountOf(1),
  L19: accountOf(1),
  L20: loggedIn,
  L21: { 0: async (stage) => stage.cookies(await stage.account(1), 1) },
  L22: { 0: async (stage) => stage.cookies(await stage.account(1), 0) },
  L24: { ...accountOf(2), 1: afterwards(1_200) },
  L25: { 0: async (stage) => stage.secondFactor(await stage.account(1)) },

  R5: { 0: (stage) => stage.identity() },
  R11: { 0: async (stage) => stage.cookies(await stage.stranger(), 1) },

  S2: { 0: async (stage) => stage.token(await stage.identity(), 1) },
  S3: loggedIn,
  S4: {
    0: async (stage) => {
      const identity = await stage.account(5);
      await stage.token(identity, 6);
      await stage.cookies(identity, 0);
    },
  },
  S5: { 0: async (stage) => stage.cookies(await stage.identity({ password: stage.textOf(1, 'password') }), 0) },
  S6: { 0: async (stage) => stage.cookies(await stage.identity({ password: stage.textOf(4, 'password') }), 0) },
  S7: { ...loggedIn, 1: afterwards(1_200) },
  S8: {
    0: async (stage) => {
      await stage.cookies(await stage.identity(), 0);
      await stage.cookies(await stage.stranger(), 1);
    },
  },
  S9: loggedIn,
  S10: { ...loggedIn, 1: (stage) => stage.token(stage.known) },
  S11: {
    0: async (stage) => {
      const identity = await stage.identity();
      await stage.token(identity, 1);
      await stage.cookies(identity, 0);
    },
  },
  S12: {
    0: async (stage) => {
      const identity = await stage.identity();
      stage.path(0, await stage.token(identity, 4));
      stage.path(1, await stage.cookies(identity, 0));
    },
  },

  O2: loggedIn,
  O3: loggedIn,
  O4: { ...loggedIn, 2: (stage) => stage.cookies(stage.known, 2) },
  O5: {
    0: async (stage) => {
      await stage.cookies(await stage.identity(), 0);
      await stage.cookies(await stage.stranger(), 1);
    },
  },
  O6: loggedInNatively,
  O7: loggedIn,

  'extra-admin': { 6: async (stage) => stage.path(6, await stage.token(await stage.identity({ email: stage.mentioned(2) }))) },
  'extra-b-expired': { ...accountOf(4), 3: afterwards(1_200) },
  'extra-b-privileged': { ...loggedIn, 1: afterwards(1_200) },
  'extra-c-second-factor': { 0: async (stage) => stage.secondFactor(await stage.account(1)) },
  'extra-c-settings': loggedIn,
  'extra-csrf': accountOf(1),
  'extra-d-styles': { 6: (stage) => stage.account(8) },
  'extra-login-api': accountOf(2),
  'extra-login-browser': accountOf(4),
  'extra-login-disabled-identity': {
    0: async (stage) => {
      const identity = await stage.account(4);
      stage.path(0, identity.id);
      await stage.cookies(identity, 1);
    },
  },
  'extra-login-errors': { 0: (stage) => stage.identity() },
  'extra-login-form': accountOf(3),
  'extra-logout': {
    0: async (stage) => {
      const identity = await stage.identity();
      await stage.cookies(identity, 0);
      await stage.token(identity, 6);
    },
  },
  'extra-refresh': { 0: async (stage) => stage.cookies(await stage.account(1), 0) },
  'extra-registration-errors': {
    0: async (stage) => {
      await stage.identity();
      for (let step = 0; step <= 10; step += 1) await stage.flow('registration', step);
    },
  },
  'extra-sessions': {
    ...loggedIn,
    1: async (stage) => {
      for (let count = 0; count < 3; count += 1) await stage.token(stage.known);
    },
  },
  'extra-settings-api': loggedInNatively,
  'extra-settings': { ...loggedIn, 9: async (stage) => stage.cookies(await stage.stranger(), 9) },
  'extra-whoami': {
    0: async (stage) => {
      await stage.cookies(await stage.identity(), 0);
      await stage.token(await stage.identity({ email: stage.mentioned(1) }), 2);
    },
  },

  'extra-e-recovery-browser': { ...known, 5: codeOf(5) },
  'extra-e-recovery-form': { ...known, 4: codeOf(4) },
  'extra-e-recovery-api': { ...known, 3: codeOf(3) },
  'extra-e-recovery-errors': { 0: async (stage) => stage.identity({ email: stage.textOf(23, 'email') }) },
  'extra-e-recovery-session': loggedIn,
  'extra-e-recovery-second-factor': { 0: async (stage) => stage.secondFactor(await stage.identity()), 2: codeOf(2) },
  'extra-e-verification-browser': { ...known, 5: codeOf(5) },
  'extra-e-verification-form': { 0: (stage) => stage.identity({ email: stage.textOf(2, 'email') }), 4: codeOf(4) },
  'extra-e-verification-api': { ...known, 3: codeOf(3) },
  'extra-e-verification-errors': { 0: async (stage) => stage.identity({ email: stage.textOf(23, 'email') }) },
  'extra-e-verification-session': loggedIn,
  'extra-e-registration': { 3: (stage) => stage.code(3, stage.mentioned(0)) },
  'extra-e-settings-email': loggedIn,
  'extra-e-totp-browser': { 0: async (stage) => stage.cookies(await stage.account(7), 0), 3: totpOf(3), 11: totpOf(11), 13: totpOf(13) },
  'extra-e-totp-form': { 0: async (stage) => stage.cookies(await stage.account(4), 0), 2: totpOf(2), 8: totpOf(8) },
  'extra-e-totp-api': { 0: async (stage) => stage.token(await stage.account(3), 0), 1: totpOf(1), 8: totpOf(8) },
  'extra-f-recovery-browser': { ...known, 3: codeOf(3) },
  'extra-f-recovery-form': { 0: (stage) => stage.identity({ email: stage.textOf(1, 'email') }), 2: codeOf(2) },
  'extra-f-recovery-api': { ...known, 3: codeOf(3) },
  'extra-f-registration': { 3: (stage) => stage.code(3, stage.mentioned(0)) },
  'extra-f-settings-email': loggedIn,
};
