import { Method } from "../../src/coap/message.ts";
import { ContentFormat } from "../../src/formats/content-format.ts";
import type { ManagedDevice } from "./managed-device.ts";
import { request } from "./remote-server.ts";

/** Four blocks of 1024 bytes and a rest. */
const bodyLength = 4500;
const { opaque, senmlCbor } = ContentFormat;

/**
 * Gives what makes a number of block-wise transfers in each direction: a Write (Block1 to the device), a Read of what was
 * written (Block2 from it) and a Send (Block1 from it).
 */
export async function transferWork({ server, account, time }: ManagedDevice) {
  let written = 0;
  return async (transfers: number): Promise<void> => {
    for (let done = 0; done < transfers; done++) {
      const payload = new Uint8Array(bodyLength).fill(++written);
      await server.ask(request(Method.PUT, "/19/0/0/0", { contentFormat: opaque, payload }));
      const { payload: got } = await server.ask(request(Method.GET, "/19/0/0/0", { accept: opaque }));
      if (got?.length !== bodyLength || got.at(-1) !== payload.at(-1))
        throw new Error("what was read is not what was written");
      await account.send([[19, 0]], senmlCbor);
      time.advance(1000);
    }
  };
}
