import { Method } from "../../src/coap/message.ts";
import { ContentFormat } from "../../src/formats/content-format.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import type { ManagedDevice } from "./managed-device.ts";
import { request } from "./remote-server.ts";

const { senmlCbor, senmlJson, tlv } = ContentFormat;
const perChange = 4;

/** Gives what makes a number of notifications, a second apart: confirmable and not, in three formats, composite too. */
export async function notificationWork({ server, account, time, change }: ManagedDevice) {
  await server.ask(request(Method.PUT, "/3303/0/5700", { query: ["con=1"] }));
  await server.observe(request(Method.GET, "/3303/0/5700"));
  await server.observe(request(Method.GET, "/3303/0", { accept: senmlJson }));
  await server.observe(request(Method.GET, "/3303", { accept: tlv }));
  const payload = encodeUtf8('[{"n":"/3303/0/5700"},{"n":"/1/0/1"}]');
  await server.observe(request(Method.FETCH, "/", { contentFormat: senmlJson, accept: senmlCbor, payload }));
  let changes = 0;
  return async (notifications: number): Promise<void> => {
    const wanted = server.notifications + notifications;
    while (server.notifications < wanted) {
      change(++changes);
      time.advance(1000);
      await everythingElse();
    }
    if (account.status.state !== "registered") throw new Error(`the device is ${account.status.state}`);
    if (server.notifications >= wanted + perChange) throw new Error(`${server.notifications} notifications came`);
  };
}

/** Datagrams and promises take microtasks; no timer is needed for them. */
function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
