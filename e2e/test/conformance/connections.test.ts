// How many connections clients may have at a time, whoever's the server is.
import { expect } from 'vitest';
import { conformance } from '../../fixtures/conformance.ts';
import type { RawConnection } from '../../fixtures/raw-client.ts';

conformance({ title: 'connections', options: () => ({ maxConnections: 8 }) }, [
  {
    id: 'G4', title: 'connections beyond the limit are closed at once, and those within are served', needs: ['gate'], shows: ['maxConnections'], essential: true,
    async run(c) {
      // A refused connection may be reset before it counts as open, or after.
      const open = (): Promise<RawConnection | undefined> => c.connect().catch(() => undefined);
      const ask = async (connection: RawConnection | undefined): Promise<number> => {
        if (connection === undefined) return 0;
        connection.write(`GET /ok HTTP/1.1¶${c.H}¶`);
        return await connection.answer().then(({ status }) => status, () => 0);
      };
      const connections = await Promise.all(Array.from({ length: 24 }, open));
      const started = performance.now();
      const statuses = await Promise.all(connections.map(ask));
      expect(performance.now() - started, 'milliseconds until all are answered or closed').toBeLessThan(5_000);
      expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(8);
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
      for (const connection of connections) connection?.socket.destroy();
      await expect.poll(async () => { await using connection = await open(); return await ask(connection); }, { timeout: 10_000 }).toBe(200);
      await expect.poll(async () => (await c.events()).filter((event) => event.type === 'warning' && event.code === 'connection_limit').length).toBe(1);
    },
  },
]);
