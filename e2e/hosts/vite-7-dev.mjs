import * as vite from 'vite-7';
import { serveVite } from './vite-site.mjs';

serveVite({ vite, mode: 'dev' });
