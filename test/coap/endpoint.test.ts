import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, Method } from "../../src/coap/message.ts";
import { pattern, request } from "../support/coap-messages.ts";
import { pair } from "../support/coap-pair.ts";

test("a request reaches the handler and its response the caller", async () => {
  const { client, time } = pair({
    handle: ({ path, query }) => ({
      code: Code.Content,
      contentFormat: 0,
      payload: new TextEncoder().encode(`${path}?${query}`),
    }),
  });
  const pending = client.send(request({ path: ["3", "0", "a/b"], query: ["x=1", "y&z"] }));
  await time.advance(100);
  const response = await pending;
  assert.equal(response.code, Code.Content);
  assert.equal(response.contentFormat, 0);
  assert.equal(new TextDecoder().decode(response.payload), "3,0,a/b?x=1,y&z");
});

test("bodies of 100 kB go both ways whole, and the handler runs once", async () => {
  let calls = 0;
  const { client, time } = pair({
    handle: ({ payload }) => {
      calls++;
      return { code: Code.Changed, payload: payload.toReversed() };
    },
  });
  const body = pattern(100_000);
  const pending = client.send(request({ method: Method.POST, path: ["dp"], payload: body }));
  await time.advance(60_000);
  const response = await pending;
  assert.deepEqual(response.payload, body.toReversed());
  assert.equal(calls, 1);
});
