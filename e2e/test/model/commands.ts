import fc from 'fast-check';
import { anyCredential, anyNumber, ownCredential, pick, toCredential, type CredentialChoice } from './choices.ts';
import type { Moment } from './gateway.ts';
import { createIdentity, logIn, type LoginWay } from './people.ts';
import type { Run } from './run.ts';
import type { PathKind } from './world.ts';

/** Something that happens; `perform` returns when its answer has come and has been judged. */
export interface Step {
  perform(run: Run): Promise<void>;
  toString(): string;
}

const kinds = fc.constantFrom<PathKind>('open', 'open', 'api', 'fresh');
const askingKinds = fc.constantFrom<PathKind>('fresh', 'fresh', 'open', 'api');
const moments = fc.constantFrom<Moment>('asked', 'answered');

const logIns = fc.record({ identity: anyNumber, way: fc.constantFrom<LoginWay>('browser', 'native', 'linked') })
  .map(({ identity, way }) => toStep(`log in by ${way} as ${identity}`, async ({ world, reference }) => {
    await logIn(world, reference, { identity: pick(reference.identities, identity), way });
  }));
const newcomers = fc.constantFrom<LoginWay>('browser', 'native', 'linked').map((way) => toStep(`log in by ${way} as somebody new`, async ({ world, reference }) => {
  await logIn(world, reference, { identity: createIdentity(world, reference), way });
}));
const asks = fc.record({ choice: anyCredential, kind: kinds })
  .map(({ choice, kind }) => toStep(`ask ${kind} with ${toText(choice)}`, (run) => run.ask(toCredential(run.reference, choice), kind)));
const heldAsks = fc.record({ choice: anyCredential, kind: askingKinds, moment: moments })
  .map(({ choice, kind, moment }) => toStep(`ask ${kind} with ${toText(choice)}, whoami held when ${moment}`, (run) => run.askHeld(toCredential(run.reference, choice), { kind, moment })));
const releases = anyNumber.map((number) => toStep(`release ${number}`, (run) => run.release(number)));
const logouts = ownCredential.chain((choice) => fc.boolean().map((both) => ({ choice: both && choice.way === 'cookie' ? { ...choice, way: 'cookie and bearer' as const } : choice })))
  .map(({ choice }) => toStep(`log out with ${toText(choice)}`, (run) => run.logOut(toCredential(run.reference, choice))));
const meanwhiles = fc.array(fc.record({ choice: fc.option(anyCredential, { nil: undefined, freq: 1 }), isHeld: fc.boolean() }), { maxLength: 2 });
const slowLogouts = fc.record({ choice: ownCredential, moment: moments, leaves: fc.boolean(), meanwhile: meanwhiles })
  .map(({ choice, ...how }) => toStep(`log out with ${toText(choice)}, ${how.leaves ? 'leave' : 'wait'} when Ory has ${how.moment === 'asked' ? 'not seen it yet' : 'done it'}, meanwhile ${how.meanwhile.map((ask) => `ask with ${ask.choice === undefined ? 'the same' : toText(ask.choice)}${ask.isHeld ? ', whoami held' : ''}`).join('; ') || 'nothing'}`, (run) =>
    run.logOutSlowly(toCredential(run.reference, choice), how)));
const toRevocations = (isNew: fc.Arbitrary<boolean>): fc.Arbitrary<Step> => fc.record({ choice: ownCredential, target: fc.option(anyNumber, { nil: undefined }), isNew })
  .map(({ choice, target, isNew }) => toStep(`end ${target === undefined ? 'the others' : `session ${target}`} from ${isNew ? 'a new session beside ' : ''}${toText(choice)}`, (run) => run.revoke(choice, { target, isNew })));
const revocations = toRevocations(fc.boolean());
const changes = ownCredential.map((choice) => toStep(`change the name with ${toText(choice)}`, (run) => run.changeName(toCredential(run.reference, choice))));

/** Several at the same time; nobody logs in meanwhile, since Ory alone knows which came first. */
const races = fc.array(fc.oneof({ weight: 3, arbitrary: asks }, logouts, toRevocations(fc.constant(false)), changes), { minLength: 2, maxLength: 5 })
  .map((steps) => toStep(`at once: ${steps.join('; ')}`, async (run) => {
    const done = await Promise.allSettled(steps.map((step) => step.perform(run))); // none goes on when another has failed
    for (const result of done) if (result.status === 'rejected') throw result.reason;
  }));

export const anyStep: readonly fc.Arbitrary<Step>[] = [logIns, newcomers, asks, asks, asks, heldAsks, heldAsks, releases, logouts, slowLogouts, slowLogouts, revocations, changes, races];

function toStep(text: string, perform: (run: Run) => Promise<void>): Step {
  return { perform, toString: () => text };
}

function toText({ session, way, other }: CredentialChoice): string {
  return `${way} of ${session}${other === undefined ? '' : ` and ${other}`}`;
}
