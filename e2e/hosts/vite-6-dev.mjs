import * as vite from 'vite-6';
import { serveVite } from './vite-site.mjs';

serveVite({ vite, mode: 'dev' });
