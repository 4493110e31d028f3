import { isIP } from 'node:net';

/** The formats of Kratos' JSON Schema library that traits use; others are not checked. */
export const formats: Readonly<Record<string, (value: string) => boolean>> = {
  email: isEmail,
  tel: (value) => /^\+[1-9]\d{5,14}$/.test(value.replace(/[\s().-]/g, '')),
  uri: (value) => URL.canParse(value),
  'uri-reference': (value) => URL.canParse(value, 'http://base.invalid'),
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)),
  'date-time': (value) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value)),
  time: (value) => /^\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(value),
  hostname: isHostname,
  ipv4: (value) => isIP(value) === 4,
  ipv6: (value) => isIP(value) === 6,
  uuid: (value) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  regex: isRegularExpression,
  'no-validate': () => true,
};

function isEmail(value: string): boolean {
  const at = value.lastIndexOf('@');
  const local = value.slice(0, at);
  return at > 0 && value.length <= 254 && local.length <= 64 && /^[^\s@"(),:;<>[\]\\]+$/.test(local) && !/^\.|\.\.|\.$/.test(local) && isHostname(value.slice(at + 1));
}

function isHostname(value: string): boolean {
  return value.length <= 253 && value.split('.').every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i.test(label));
}

function isRegularExpression(value: string): boolean {
  try {
    return new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
