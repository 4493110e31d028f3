import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPathProblem, isAdminPath, pathForms } from '../../src/http/target.ts';

describe('pathForms', () => {
  it.each(['/', '/a/b', '/a.b/.c', '/a/', '/ADMIN', "/it's,=:@"])('has one form of %s: itself', (path) => {
    expect(pathForms(path)).toEqual([path]);
  });

  it.each([
    ['/%61dmin', '/admin'], ['/%2561dmin', '/%61dmin'], ['/%2561dmin', '/admin'], ['/admin%2fx', '/admin/x'], ['/admin%252fx', '/admin/x'],
    ['/a\\b', '/a/b'], ['/a%5cb', '/a/b'], ['/a%255cb', '/a/b'],
    ['/admin;x=1', '/admin'], ['/;a/admin', '/admin'], ['/admin%3bx', '/admin'], ['/admin%253bx', '/admin'], ['/admin;a/x;b/y', '/admin/x/y'],
    ['/admin%23/public', '/admin'], ['/admin%3fx', '/admin'], ['/admin%253fx', '/admin'],
    ['/admin./x', '/admin/x'], ['/admin%20/x', '/admin/x'], ['/admin%2e%20./x', '/admin/x'], ['/admin...', '/admin'],
    ['//admin', '/admin'], ['/a///b//c', '/a/b/c'], ['/a%2f%2fb', '/a/b'],
    // `new URL(target, base)` takes what `//` is in front of for a host.
    ['//x/admin', '/admin'], ['///x/admin', '/admin'], ['//x:1@y/admin/z', '/admin/z'], ['//x//admin', '/admin'], ['//x', '/'], ['/%2fx/%61dmin', '/admin'], ['/%5cx/admin;y', '/admin'], ['//x/ADMIN./', '/ADMIN/'],
    // Parameters removed before decoding, as Tomcat does, and after it.
    ['/%61dmin;x=%2fy/z', '/admin/z'], ['/%61dmin;x=%2fy/z', '/admin/y/z'],
    ['/admin.;x/y', '/admin/y'], ['/%20/admin', '/admin'], ['/ADMIN%2f%2fX;a.', '/ADMIN/X'],
    ['/caf%C3%A9', '/caf\u00e9'], ['/caf\xc3\xa9', '/caf\u00e9'], ['/%25C3%25A9', '/\u00e9'],
  ])('reads %j also as %j', (path, form) => {
    expect(pathForms(path)).toContain(form);
    expect(pathForms(path)?.[0]).toBe(path.includes('\xc3') ? form : path);
  });

  it('decodes twice, not three times', () => {
    expect(pathForms('/%252561')).toEqual(['/%252561', '/%2561', '/%61']);
  });

  it('keeps escapes that are none', () => {
    expect(pathForms('/100%')).toEqual(['/100%']);
    expect(pathForms('/%zz%2')).toEqual(['/%zz%2']);
  });

  it.each([
    '/proxy/https%3A%2F%2Fexample.com%2Fa;b%3Fc%3Dd%23e./', '/proxy/https%3A%2F%2Fexample.com%2Fa%3Fu%3Dhttps%253A%252F%252Fb%252Fc%253Fd;p=1', '/a;v=1/b;v=2/c%20d./e', '/x%2Fy%5Cz/',
  ])('has few forms of an honest path: %s', (path) => {
    expect(pathForms(path)?.length).toBeLessThan(20);
  });

  it('gives up on a path that has too many', () => {
    expect(pathForms('/a;p%3b%5c%2f.%20//%253b%255c%252f%252e%2520//x;%2520%253f.//%23y.;')).toBeUndefined();
  });

  const piece = fc.constantFrom('/', '//', 'a', 'B', '%61', '%2561', '%2f', '%252f', '%5c', '%255c', ';', ';x', '%3b', '%253b', '?', '%3f', '#', '%23', '.', ' ', '%20', '%', '%zz', '%C3%A9', '\xff');

  it('P24: makes no more forms of a longer path than of a short one', () => {
    fc.assert(fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const unit = pieces.join('');
      const forms = (times: number): number => pathForms(`/${`${unit}/`.repeat(times)}`)?.length ?? Infinity;
      expect(forms(60)).toBe(forms(20));
    }), { numRuns: 500 });
  });

  it.each(['a/', '%61', '.', ' ', '. ', '/', 'a;', '%3b', '%253b', '%5c', '%2f', '%252f', '%3fa/', 'a%20/', '%C3%A9', '%', '%25', 'a. b/'])('P24: is done at once with 400 kB of %j', (unit) => {
    const path = `/${unit.repeat(Math.floor(400_000 / unit.length))}`;
    const started = performance.now();
    pathForms(path);
    findPathProblem(path, { strict: true });
    expect(performance.now() - started).toBeLessThan(5_000); // quadratic work would take minutes
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (path) => { pathForms(path); }), { numRuns: 2_000 });
  });
});

describe('findPathProblem', () => {
  it('finds nothing wrong with a path of one reading', () => {
    for (const path of ['/', '/a', '/a%20b', '/...', '/%C3%A9']) expect(findPathProblem(path, { strict: true })).toBeUndefined();
  });

  it('says what is wrong', () => {
    expect(findPathProblem('/a\\b', { strict: false })).toContain('backslash');
    expect(findPathProblem('/a/%2e%2e', { strict: false })).toContain('dot segment');
    expect(findPathProblem('/a%00', { strict: false })).toContain('control byte');
    expect(findPathProblem('/a%', { strict: true })).toContain('escape');
    expect(findPathProblem('/a%ff', { strict: true })).toContain('UTF-8');
  });
});

describe('isAdminPath', () => {
  it.each([
    '/admin', '/admin/', '/admin/identities', '//admin/x', '/%61dmin/x', '/%2561dmin/x', '/ADMIN/x', '/admin;x/y', '/admin%2fx', '/admin%252fx', '/;a/admin', '/admin%3fx', '/admin%20/x', '/admin./x',
    '/identities', '/identities/x', '/Identities', '/%69dentities/x', '/identities;x', '/identitiesx', '/courier', '/courier/messages', '/%2f/courier/messages', '/%5cadmin',
    '/api/kratos/admin/identities', '/api/hydra/admin', '/api//kratos/admin', '/API/kratos/identities', '/api%2fkratos%2fadmin',
  ])('P28, O4: knows %s', (path) => {
    expect(isAdminPath(path, '')).toBe(true);
  });

  it.each(['', '/', '/sessions', '/sessions/whoami', '/administrator', '/admins', '/x/admin', '/self-service/admin', '/ui/identities', '/api/admin/x', '/api/kratos/public/sessions', '/api', '/api/'])('lets %j pass', (path) => {
    expect(isAdminPath(path, '')).toBe(false);
  });

  it('knows it behind the base path as well', () => {
    expect(isAdminPath('/base/path/admin/x', '/Base/path')).toBe(true);
    expect(isAdminPath('/base/path/%61dmin', '/base/path')).toBe(true);
    expect(isAdminPath('/base/path/sessions', '/base/path')).toBe(false);
    expect(isAdminPath('/base/pathadmin', '/base/path')).toBe(false);
    expect(isAdminPath('/admin', '/base/path')).toBe(true);
  });

  it('takes a path of too many forms for one', () => {
    expect(isAdminPath('/a;p%3b%5c%2f.%20//%253b%255c%252f%252e%2520//x;%2520%253f.//%23y.;', '')).toBe(true);
  });
});
