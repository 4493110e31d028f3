import * as vite from 'vite';
import { serveVite } from './vite-site.mjs';

serveVite({ vite, mode: 'preview' });
