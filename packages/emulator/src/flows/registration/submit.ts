import { isMultipart, parseForm } from '../../http/body.ts';
import { readString, readText, type JsonObject } from '../../http/json.ts';
import type { Reply } from '../../http/reply.ts';
import { findPasswordMistake } from '../../identities/password.ts';
import { putIdentity, requireValidTraits, toIdentity } from '../../identities/manage.ts';
import type { Exchange } from '../../kratos/exchange.ts';
import { readActiveSession } from '../../sessions/active.ts';
import { formError, FormError, type FormMistake } from '../failure.ts';
import { requireFields } from '../fields.ts';
import type { Flow } from '../flow.ts';
import { isExpired, readSubmittedFlow } from '../lifecycle.ts';
import { mistakes } from '../message.ts';
import { methodDisabled } from '../method-disabled.ts';
import { answerExpired, requireOwnForm, runSubmit } from '../submit.ts';
import { readTraitsField } from '../traits-form.ts';
import { completeRegistration } from './complete.ts';
import { answerRegistrationUseless, createRegistrationFlow } from './create.ts';
import { keepTraits } from './kept-traits.ts';
import { sortRegistrationNodes } from './nodes.ts';
import { isProfileStep, submitProfileStep } from './profile-step.ts';

/** `POST /self-service/registration` */
export function submitRegistration(exchange: Exchange): Reply {
  const { kratos } = exchange;
  if (readActiveSession(exchange)) return answerRegistrationUseless(exchange);
  const flow = readSubmittedFlow(exchange, 'registration');
  return runSubmit(exchange, flow, () => submitFlow(exchange, flow), { redirect: 302, finish: () => sortRegistrationNodes(kratos, flow) });
}

function submitFlow(exchange: Exchange, flow: Flow): Reply {
  const { kratos, request } = exchange;
  if (isExpired(kratos, flow)) return answerExpired(exchange, flow, createRegistrationFlow(exchange, flow.type));
  return runMethod(exchange, flow, parseForm(request));
}

function runMethod(exchange: Exchange, flow: Flow, fields: JsonObject): Reply {
  const { methods, flows } = exchange.kratos.settings;
  if (flows.registration.style === 'profile_first' && isProfileStep(fields)) return submitProfileStep(exchange, flow, fields);
  // Of a multipart body Kratos finds the method, and then nothing more.
  const method = isMultipart(exchange.request) ? 'password' : readString(fields, 'method');
  if (method === 'password') {
    if (!methods.password.enabled) throw methodDisabled();
    return registerWithPassword(exchange, flow, fields);
  }
  if (method === 'code' && !methods.code.enabled) throw methodDisabled();
  if (fields['traits'] !== undefined) requireTraits(exchange, flow, fields);
  throw formError(mistakes.noRegistrationStrategy);
}

/** Traits are looked at even where no method takes the submit. */
function requireTraits(exchange: Exchange, flow: Flow, fields: JsonObject): void {
  const schema = exchange.kratos.schemas.default;
  keepTraits(exchange, flow, fields, () => requireValidTraits(schema, readTraitsField(exchange.request, fields, schema)));
}

function registerWithPassword(exchange: Exchange, flow: Flow, fields: JsonObject): Reply {
  const { kratos } = exchange;
  const schema = kratos.schemas.default;
  const identity = keepTraits(exchange, flow, fields, () => {
    const traits = readTraitsField(exchange.request, fields, schema);
    const checkTraits = (): void => requireValidTraits(schema, traits);
    if (isMultipart(exchange.request)) checkTraits();
    else requireTogether(checkTraits, () => requireFields(fields, ['password']));
    requireOwnForm(exchange, flow, fields);
    const password = readText(fields, 'password');
    const candidate = toIdentity(kratos, schema, { traits, password });
    if (candidate.identifiers.length === 0) throw formError(mistakes.missingIdentifier);
    const mistake = findPasswordMistake(password, candidate.identifiers, kratos.settings.methods.password);
    if (mistake) throw new FormError([{ name: 'password', message: mistake }]);
    return candidate;
  });
  // A conflict is found after the method has let go of the form: it shows neither traits nor a new token.
  putIdentity(kratos, identity);
  return completeRegistration(exchange, flow, identity);
}

/** Runs several checks, so that the form shows what each of them found. */
function requireTogether(...checks: readonly (() => void)[]): void {
  const found: FormMistake[] = [];
  for (const check of checks) {
    try {
      check();
    } catch (failure) {
      if (!(failure instanceof FormError)) throw failure;
      found.push(...failure.mistakes);
    }
  }
  if (found.length > 0) throw new FormError(found);
}
