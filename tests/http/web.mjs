// What a browser asks for beside the API, which docs/openapi.yaml does not describe: { status, headers, body, text }.
import http from 'node:http';

export function ask(daemon, method, target, { headers = {}, body } = {}) {
  const sent = { ...headers };
  if (body !== undefined) {
    sent['Content-Type'] ??= 'application/x-www-form-urlencoded';
    sent['Content-Length'] = Buffer.byteLength(body);
  } else if (method === 'POST') {
    sent['Content-Length'] = 0;
  }
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: daemon.host, port: daemon.port, method, path: target, headers: sent, agent: daemon.agent },
      (reply) => {
        const chunks = [];
        reply.on('data', (chunk) => chunks.push(chunk));
        reply.on('error', reject);
        reply.on('end', () => {
          const whole = Buffer.concat(chunks);
          resolve({ status: reply.statusCode, headers: reply.headers, body: whole, text: whole.toString('utf8') });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
