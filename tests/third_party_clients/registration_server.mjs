// Starts a provider with dynamic registration and its management on a loopback port, prints the port, and runs until its input ends.
import Provider from 'oidc-provider';
import { createServer } from 'node:http';

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      registration: { enabled: true, initialAccessToken: process.argv[2] },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: true },
    },
  });
  server.on('request', provider.callback());
  console.log(port);
});
process.stdin.on('end', () => process.exit(0)).resume();
