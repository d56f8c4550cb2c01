// Clients who listen to a survey, as a program of its own: `node listeners.mjs URL KEY COUNT`. It says "listening" once
// all do, and how many bytes they were told when its input ends. Events are not read: it is not the client that is
// measured.
import net from 'node:net';

const [url, key, count] = process.argv.slice(2);
const { hostname, port } = new URL(url);
let bytes = 0;

function listen() {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname);
    let isFirst = true;
    socket.on('error', reject);
    socket.on('data', (piece) => {
      if (isFirst && !piece.toString('latin1').startsWith('HTTP/1.1 200')) reject(new Error(String(piece)));
      isFirst = false;
      bytes += piece.length;
      resolve();
    });
    socket.write(`GET /v1/surveys/bench/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n\r\n`);
  });
}

for (let i = 0; i < Number(count); i++) await listen();
process.stdout.write('listening\n');
process.stdin.on('end', () => process.stdout.write(`${bytes}\n`, () => process.exit(0)));
process.stdin.resume();
