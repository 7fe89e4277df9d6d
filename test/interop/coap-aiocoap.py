"""Uploads, downloads and observes at a CoAP server with aiocoap; prints one JSON document."""

import asyncio
import hashlib
import json
import sys

import aiocoap


async def main(port, body):
    context = await aiocoap.Context.create_client_context()
    base = f"coap://127.0.0.1:{port}"

    def ask(code, path, **more):
        return context.request(aiocoap.Message(code=code, uri=base + path, **more))

    uploaded = await ask(aiocoap.PUT, "/up", payload=body).response
    downloaded = await ask(aiocoap.GET, "/big").response
    observing = ask(aiocoap.GET, "/counter", observe=0)
    seen = [(await observing.response).payload.decode()]
    async for notification in observing.observation:
        seen.append(notification.payload.decode())
        if len(seen) == 4:
            break
    observing.observation.cancel()
    await context.shutdown()
    print(
        json.dumps(
            {
                "uploaded": str(uploaded.code),
                "downloaded": hashlib.sha256(downloaded.payload).hexdigest(),
                "seen": seen,
            }
        )
    )


asyncio.run(main(int(sys.argv[1]), sys.stdin.buffer.read()))
