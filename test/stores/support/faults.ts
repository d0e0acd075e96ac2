/** A server between a client and its store: it lets everything through, holds it back, answers nonsense, or is not there. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What it does with what the store answers. */
export type Fault = 'none' | 'slow' | 'garbage' | 'down';

/** A faulty way to a store. */
export interface FaultyServer {
  readonly port: number;
  /** From now on. Connections that were faulty end when they are not to be any more. */
  set(fault: Fault): Promise<void>;
  stop(): Promise<void>;
}

export async function startFaulty(to: number): Promise<FaultyServer> {
  let fault: Fault = 'none';
  const sockets = new Set<Socket>();
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server: Server = createServer((client) => {
    const store = connect(to, '127.0.0.1');
    for (const socket of [client, store]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        store.destroy();
      });
    }
    client.on('data', (data) => store.write(data));
    store.on('data', (data) => {
      if (fault === 'none') client.write(data);
      // Nobody waits for it any more when it comes.
      else if (fault === 'garbage') client.write('?!\u0000 nonsense\r\n');
    });
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const { port } = address;
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    drop();
    await closed;
  };
  return {
    port,
    set: async (next) => {
      const before = fault;
      fault = next;
      if (next === 'down') await close();
      if (before === 'down') await listen(port);
      else if (next === 'none') drop();
    },
    stop: async () => {
      if (server.listening) await close();
    },
  };
}
