import assert from "node:assert/strict";
import { test } from "node:test";
import { CredentialsByScheme } from "../../../src/agent/cards/credentials-by-scheme.ts";
import type { Credential, CredentialProvider } from "../../../src/credentials/ports/credential.ts";

const psk: Credential = {
  kind: "psk",
  preSharedKey: { identity: Uint8Array.of(1), deriveMasterSecret: async () => new Uint8Array(48) },
};
const { signal } = new AbortController();

function setUp() {
  const diary: string[] = [];
  const provider: CredentialProvider = {
    open: async (uri) => {
      diary.push(`open ${uri}`);
      return psk;
    },
    close: async () => {
      diary.push("close");
    },
  };
  const make = async () => {
    diary.push("make");
    return provider;
  };
  return { diary, credentials: new CredentialsByScheme({ file: make, iotsafe: () => assert.fail("not asked for") }) };
}

test("a provider is made once, when its scheme is first asked for, and closed at the end", async () => {
  const { diary, credentials } = setUp();
  await credentials.open("file:a", signal);
  await credentials.open("FILE:b", signal);
  await credentials.close();
  assert.deepEqual(diary, ["make", "open file:a", "open FILE:b", "close"]);
});

test("an unknown scheme is refused with the known ones named", async () => {
  const { credentials } = setUp();
  const expected = { code: "BAD_CREDENTIAL_URI", message: /unknown scheme constructor:; there are file:, iotsafe:/ };
  await assert.rejects(credentials.open("constructor:x", signal), expected);
  await assert.rejects(credentials.open("/etc/key.pem", signal), { code: "BAD_CREDENTIAL_URI" });
});
