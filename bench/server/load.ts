/**
 * The load, in a process of its own: over some connections, each sending its next request when the answer to the last has come. What is sent was
 * signed beforehand, so that signing is no part of what is measured.
 */
import { connect, type Socket } from 'node:net';
import { orderBytes } from './orders.ts';

/** What the load is told to do. */
export interface LoadOrder {
  readonly port: number;
  readonly requests: number;
  readonly connections: number;
  readonly isSigned: boolean;
  /** The status that each answer must have. */
  readonly status: number;
}

/** What came of it. Latency is the 99th percentile, in milliseconds. */
export interface LoadResult {
  readonly perSecond: number;
  readonly latency: number;
}

const HEAD_END = '\r\n\r\n';

/** The length of the first whole answer in a text; 0 while it is not whole. */
function answerLength(text: string): number {
  const head = text.indexOf(HEAD_END);
  if (head < 0) return 0;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head + 2));
  const end = length === null ? text.indexOf(`0${HEAD_END}`, head) + 5 : head + 4 + Number(length[1]);
  return end >= head + 4 && end <= text.length ? end : 0;
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

/** Sends until nothing is left to send. */
function drive(socket: Socket, left: Buffer[], status: number, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    let start = 0;
    const next = (): void => {
      const request = left.pop();
      if (request === undefined) {
        socket.destroy();
        resolve();
        return;
      }
      start = performance.now();
      socket.write(request);
    };
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed a connection')));
    socket.on('data', (piece) => {
      received += piece.toString('latin1');
      const length = answerLength(received);
      if (length === 0) return;
      if (!received.startsWith(`HTTP/1.1 ${status} `)) {
        socket.destroy(new Error(`not ${status}: ${received.slice(0, 400)}`));
        return;
      }
      received = received.slice(length);
      latencies.push(performance.now() - start);
      next();
    });
    next();
  });
}

async function run({ port, requests, connections, isSigned, status }: LoadOrder): Promise<LoadResult> {
  const left: Buffer[] = [];
  for (let count = 0; count < requests; count++) left.push(await orderBytes({ isSigned }));
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const latencies: number[] = [];
  const start = performance.now();
  await Promise.all(sockets.map((socket) => drive(socket, left, status, latencies)));
  const seconds = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  return { perSecond: requests / seconds, latency: latencies[Math.floor(latencies.length * 0.99)]! };
}

process.on('message', (order: LoadOrder) => {
  run(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
