// Cookies and redirects of Ory come out under the publish origin.
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import { answerOf, cookieOf, locationOf } from '../../fixtures/ory-answers.ts';

const network = 's=1; Domain=p.oryapis.com; Secure; SameSite=None; HttpOnly; Path=/';

conformance({ title: 'rehoming' }, [
  {
    id: 'K1', title: 'cookies become the publish origin\'s, edited in place', needs: ['ory'],
    async run(c) { expect(await cookieOf(c, 's=1; Domain=p.oryapis.com; Secure; SameSite=None; HttpOnly; Path=/')).toBe('s=1; SameSite=Lax; HttpOnly; Path=/'); },
  },
  {
    id: 'K6', title: 'SameSite=Strict stays', needs: ['ory'],
    async run(c) { expect(await cookieOf(c, 's=1; SameSite=Strict; Path=/')).toBe('s=1; SameSite=Strict; Path=/'); },
  },
  {
    id: 'K5', title: 'names with a __Host- or __Secure- prefix keep Secure on this machine', needs: ['ory'],
    async run(c) {
      for (const cookie of ['__Host-x=1; Secure; Path=/', '__Secure-x=1; Secure; Path=/']) expect(await cookieOf(c, cookie)).toBe(cookie);
    },
  },
  {
    id: 'K7', title: 'unknown attributes and odd values keep their bytes', needs: ['ory'],
    async run(c) {
      for (const cookie of ['s="a b"; Path=/; Priority=High', 's=a,b; Foo=Bar; Expires=Thursday, 01-Jan-70 00:00:00 GMT', 's=; Path=/', '=v; Path=/', `s=${'x'.repeat(5000)}; Path=/`]) expect(await cookieOf(c, cookie)).toBe(cookie);
    },
  },
  {
    id: 'K11', title: 'cookies of the app are its own', needs: ['app'],
    async run(c) {
      await c.app.script({ fields: ['Content-Type', 'text/plain', 'Set-Cookie', 'a=1; Domain=p.oryapis.com; Secure; SameSite=None; Path=/x', 'Set-Cookie', 'b=2'], body: 'x' });
      expect((await c.get('/x')).all('set-cookie')).toEqual(['a=1; Domain=p.oryapis.com; Secure; SameSite=None; Path=/x', 'b=2']);
    },
  },
  {
    id: 'K14', title: 'the path of a cookie moves below the prefix', needs: ['ory'],
    async run(c) {
      expect(await cookieOf(c, 's=1; Path=/api/kratos/public')).toBe('s=1; Path=/.ory/api/kratos/public');
      expect(await cookieOf(c, 's=1; Path=/')).toBe('s=1; Path=/');
    },
  },
  {
    id: 'L3', title: 'redirects to Ory come out below the prefix, whatever the scheme and port', needs: ['ory'],
    async run(c) {
      const { host } = new URL(c.ory.origin);
      for (const origin of [`http://${host}`, `HTTP://${host}`, `https://${host}`, `//${host}`]) expect(await locationOf(c, `${origin}/ui/login?a=%2F#f`)).toBe(`${c.origin}/.ory/ui/login?a=%2F#f`);
    },
  },
  {
    id: 'L5', title: 'redirects by path come out below the prefix', needs: ['ory'],
    async run(c) {
      expect(await locationOf(c, '/ui/x')).toMatch(new RegExp(`^(?:${c.origin})?/\\.ory/ui/x$`));
      for (const value of ['ui/x', '?a', '#f']) expect(await locationOf(c, value)).toBe(value);
    },
  },
  {
    id: 'L6', title: 'redirects of every status are rewritten', needs: ['ory'],
    async run(c) { for (const status of [200, 201, 301, 302, 303, 307, 308]) expect(await locationOf(c, `${c.ory.origin}/ui/x`, status), String(status)).toBe(`${c.origin}/.ory/ui/x`); },
  },
  {
    id: 'L9', title: 'Content-Location is rewritten; Refresh and Link are not; control characters are 502', needs: ['ory'],
    async run(c) {
      expect(await locationOf(c, '/caf\xe9')).toMatch(/\/\.ory\/caf\xe9$/);
      for (const value of ['/x\x00y', '/x\ry', '/x\x01', '/x\r\n y', '/x\x7f']) {
        c.ory.script(() => ({ raw: `HTTP/1.1 303 See Other\r\nLocation: ${value}\r\nContent-Length: 0\r\n\r\n` }));
        expect((await c.get('/.ory/x')).status, JSON.stringify(value)).toBe(502);
      }
      const answer = await answerOf(c, ['Content-Location', `${c.ory.origin}/x`, 'Refresh', `0;url=${c.ory.origin}/x`, 'Link', `<${c.ory.origin}/x>; rel=next`]);
      expect([answer.field('content-location'), answer.field('refresh'), answer.field('link')]).toEqual([`${c.origin}/.ory/x`, `0;url=${c.ory.origin}/x`, `<${c.ory.origin}/x>; rel=next`]);
    },
  },
  {
    id: 'L12', title: 'what is published already stays', needs: ['ory'],
    async run(c) { expect(await locationOf(c, `${c.origin}/.ory/ui/login`)).toBe(`${c.origin}/.ory/ui/login`); },
  },
  {
    id: 'L13', title: 'the app\'s internal origin becomes the publish origin', needs: ['ory', 'upstream'],
    async run(c) { expect(await locationOf(c, `${c.upstream.server.origin}/welcome`)).toBe(`${c.origin}/welcome`); },
  },
]);

conformance({ title: 'https with a cookie domain', needs: ['public-url'], options: () => ({ publicUrl: 'https://app.example.com', cookieDomain: 'example.com' }) }, [
  {
    id: 'K3', title: 'cookies get the chosen domain', needs: ['ory'], shows: ['cookieDomain', 'publicUrl'],
    async run(c) {
      c.callIt('app.example.com');
      expect(await cookieOf(c, network)).toBe('s=1; Domain=example.com; Secure; SameSite=None; HttpOnly; Path=/');
    },
  },
  {
    id: 'K4', title: 'a name that begins with __Host- never gets a domain', needs: ['ory'],
    async run(c) {
      c.callIt('app.example.com');
      expect(await cookieOf(c, '__Host-x=1; Secure; Path=/')).toBe('__Host-x=1; Secure; Path=/');
    },
  },
  {
    id: 'L3s', title: 'redirects come out under the https origin', needs: ['ory'],
    async run(c) {
      c.callIt('app.example.com');
      expect(await locationOf(c, `${c.ory.origin}/ui/login`)).toBe('https://app.example.com/.ory/ui/login');
    },
  },
]);

conformance({ title: 'https without a cookie domain', needs: ['public-url'], options: () => ({ publicUrl: 'https://app.example.com' }) }, [
  {
    id: 'K2', title: 'on https a cookie keeps Secure and SameSite', needs: ['ory'],
    async run(c) {
      c.callIt('app.example.com');
      expect(await cookieOf(c, `${network}; Partitioned`)).toBe('s=1; Secure; SameSite=None; HttpOnly; Path=/; Partitioned');
    },
  },
  {
    id: 'K7s', title: 'on https every other attribute and value keeps its bytes', needs: ['ory'],
    async run(c) {
      c.callIt('app.example.com');
      const kept = ['Secure; Partitioned', 'Priority=High', 'Foo=Bar;baz', 'Expires=Thursday, 01-Jan-70 00:00:00 GMT', 'expires=Thu, 01 Jan 1970 00:00:00 GMT', 'Max-Age=0', 'samesite=strict'];
      for (const value of ['s=1', 's="a b"', 's=a,b', 's=', '=v', `s=${'x'.repeat(5000)}`, '__Host-s=1', '__Secure-s=1']) {
        for (const attributes of kept) expect(await cookieOf(c, `${value}; ${attributes}; Path=/`)).toBe(`${value}; ${attributes}; Path=/`);
      }
    },
  },
]);

conformance({ title: 'http that is not loopback', needs: ['public-url'], options: () => ({ publicUrl: 'http://app.test:4000' }) }, [
  {
    id: 'K15', title: 'on plain http cookies lose Secure, except where their name asks for it, with one warning', needs: ['ory'],
    async run(c) {
      c.callIt('app.test:4000');
      for (let i = 0; i < 100; i++) {
        const answer = await answerOf(c, ['Set-Cookie', 's=1; Secure; SameSite=None', 'Set-Cookie', '__Secure-x=1; Secure; Path=/', 'Set-Cookie', '__Host-x=1; Secure; Path=/']);
        expect(answer.all('set-cookie')).toEqual(['s=1; SameSite=Lax', '__Secure-x=1; Secure; Path=/', '__Host-x=1; Secure; Path=/']);
      }
      expect((await c.events()).filter((event) => event.type === 'warning' && event.code === 'cookie_insecure')).toHaveLength(1);
    },
  },
]);
