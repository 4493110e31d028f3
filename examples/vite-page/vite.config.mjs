import { oryProxy } from '@ory-proxy/vite-plugin';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [oryProxy({ emulator: true })] });
