// The standalone proxy as it is shipped; request logs off.
import process from 'node:process';
import { createOryProxy } from '@ory-proxy/node';
import { ready } from './target.mjs';

const proxy = createOryProxy({ upstream: process.env.UPSTREAM, oryUrl: process.env.UPSTREAM, publicUrl: 'http://localhost:4000', host: '127.0.0.1', port: 0, secret: 'benchmark-secret-0123456789-abcdefghijkl' });
const { url } = await proxy.listen();
ready(url);
