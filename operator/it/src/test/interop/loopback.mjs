// node --import ./loopback.mjs PROGRAM: servers that would listen on every interface listen on the loopback address.
// For published servers that offer no option for it, such as server-everything.
import { Server } from 'node:net';

const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  if (typeof port === 'object' || !/^\d+$/.test(port)) return listen.call(this, port, ...rest);
  return listen.call(this, { port: Number(port), host: '127.0.0.1' }, ...rest.filter(value => typeof value === 'function'));
};
