// What one client may take, and how long a socket may live.
import { expect } from 'vitest';
import type { CaseContext } from '../../fixtures/case-context.ts';
import { conformance } from '../../fixtures/conformance.ts';
import { errorId } from '../../fixtures/requests.ts';
import { createIdentity } from '../../fixtures/sessions.ts';
import { isAlive, logOut, openSocket } from '../../fixtures/sockets.ts';

const post = (c: CaseContext, target: string, framing: string): string => `POST ${target} HTTP/1.1¶${c.H}Content-Type: text/plain¶${framing}`;
const long = 'x'.repeat(2_000);

conformance({ title: 'limits', options: () => ({ maxBodySize: '1000', revalidateSockets: '1s', cacheTtl: '100ms' }) }, [
  {
    id: 'body-announced', title: 'an announced body that is too long reaches nobody', needs: ['gate'], shows: ['maxBodySize'], delivered: true, essential: true,
    async run(c) {
      for (const target of ['/x', '/.ory/self-service/login?flow=1']) {
        const answer = await c.send(post(c, target, `Content-Length: ${long.length}¶¶${long}`));
        expect([answer.status, errorId(answer)], target).toEqual([413, 'body_too_large']);
      }
      await c.unreached();
      expect((await c.send(post(c, '/x', `Content-Length: 1000¶¶${long.slice(0, 1_000)}`))).status).toBeLessThan(400);
    },
  },
  {
    id: 'body-chunked', title: 'a chunked body is cut where it becomes too long', needs: ['ory'],
    async run(c) {
      const chunk = `3e8¶${long.slice(0, 1_000)}¶`;
      expect((await c.send(post(c, '/.ory/self-service/login?flow=1', `Transfer-Encoding: chunked¶¶${chunk}0¶¶`))).status).toBe(200);
      const answer = await c.send(post(c, '/.ory/self-service/login?flow=1', `Transfer-Encoding: chunked¶¶${chunk}1¶x¶0¶¶`));
      expect([answer.status, errorId(answer)]).toEqual([413, 'body_too_large']);
      const ended = await Promise.all(c.ory.others.map((request) => request.ended));
      expect(ended.filter(Boolean), 'complete requests at Ory').toHaveLength(1);
    },
  },
  {
    id: 'body-chunked-app', title: 'so is one on its way to the app', needs: ['upstream'],
    async run(c) {
      const answer = await c.send(post(c, '/x', `Transfer-Encoding: chunked¶¶7d0¶${long}¶0¶¶`));
      expect([answer.status, errorId(answer)]).toEqual([413, 'body_too_large']);
    },
  },
  {
    id: 'W14', title: 'a logout ends both sides of an open socket, and leaves others alone', needs: ['upgrade'], shows: ['revalidateSockets'],
    async run(c) {
      const [identity, other] = [createIdentity(), createIdentity()];
      await using connection = await openSocket(c, identity);
      await using bystander = await openSocket(c, other);
      await isAlive(connection);
      await logOut(c, identity);
      await connection.end();
      await isAlive(bystander);
    },
  },
  {
    id: 'W14b', title: 'a session that ended elsewhere ends its socket at the next question', needs: ['upgrade', 'listener'],
    async run(c) {
      const identity = createIdentity();
      await using connection = await openSocket(c, identity);
      c.ory.scriptWhoami({ status: 401, body: '{}' });
      await connection.end();
    },
  },
  {
    id: 'W14c', title: 'an Ory that does not answer ends no socket by itself', needs: ['upgrade', 'listener'],
    async run(c) {
      await using connection = await openSocket(c, createIdentity());
      let asked = 0;
      c.ory.scriptWhoami(() => { asked += 1; return { status: 500 }; });
      await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(1);
      await isAlive(connection);
    },
  },
]);

conformance({ title: 'sockets by default', needs: ['upgrade'] }, [
  {
    id: 'W14d', title: 'by default a socket outlives its session', needs: [],
    async run(c) {
      const identity = createIdentity();
      await using connection = await openSocket(c, identity);
      await logOut(c, identity);
      await isAlive(connection);
    },
  },
]);
