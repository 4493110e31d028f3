// How long a socket may live is a matter of the path that it was opened on.
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { createIdentity } from '../../fixtures/sessions.ts';
import { endSession, isAlive, logOut, openSocket } from '../../fixtures/sockets.ts';

const bound = { match: '/live/**', revalidateSockets: '1s' };

conformance({ title: 'sockets bound by a rule', options: () => ({ cacheTtl: '100ms', rules: [bound] }) }, [
  {
    id: 'W14', title: 'a logout ends those of its path, and no others', needs: ['upgrade'], shows: ['rules'],
    async run(c) {
      const identity = createIdentity();
      await using connection = await openSocket(c, identity, '/live/orders');
      await using other = await openSocket(c, identity);
      await isAlive(connection);
      await logOut(c, identity);
      await connection.end();
      await isAlive(other);
    },
  },
  {
    id: 'W14', title: 'a session that ended elsewhere ends them after the time of the rule', needs: ['upgrade', 'upstream'],
    async run(c) {
      const identity = createIdentity();
      await using connection = await openSocket(c, identity, '/live/orders');
      await using other = await openSocket(c, identity);
      endSession(c, identity);
      await connection.end();
      await isAlive(other);
    },
  },
  {
    id: 'W14', title: 'another spelling of the path binds as well', needs: ['upgrade'],
    async run(c) {
      const identity = createIdentity();
      await using connection = await openSocket(c, identity, '/%6Cive/orders');
      await logOut(c, identity);
      await connection.end();
    },
  },
]);

conformance({ title: 'sockets freed by a rule', options: () => ({ cacheTtl: '100ms', revalidateSockets: '1s', rules: [{ match: '/feed', revalidateSockets: false }, { match: '/rare', revalidateSockets: '1h' }] }) }, [
  {
    id: 'W14', title: 'the option holds where no rule says otherwise', needs: ['upgrade'], shows: ['rules'],
    async run(c) {
      const identity = createIdentity();
      await using free = await openSocket(c, identity, '/feed');
      await using rare = await openSocket(c, identity, '/rare');
      await using connection = await openSocket(c, identity);
      endSession(c, identity);
      await connection.end();
      await isAlive(free);
      await isAlive(rare);
      await logOut(c, identity);
      await rare.end();
      await isAlive(free);
    },
  },
]);

conformance({ title: 'sockets bound without tokens', options: () => ({ cacheTtl: '100ms', jwt: false, rules: [bound] }) }, [
  {
    id: 'W14', title: 'a logout ends those of its path although nobody is asked for the sake of a token', needs: ['upgrade'],
    async run(c) {
      const identity = createIdentity();
      await using connection = await openSocket(c, identity, '/live/orders');
      await using other = await openSocket(c, identity);
      expect(c.ory.whoamis).toHaveLength(1);
      await logOut(c, identity);
      await connection.end();
      await isAlive(other);
    },
  },
]);
