import { ExpressAdapter } from '@nestjs/platform-express';
import { serveNest } from './nest-app.mjs';

serveNest(() => new ExpressAdapter(), '{*path}');
