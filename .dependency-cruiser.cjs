// The layers of docs/architecture.md as rules. Imports point down only; test/layers.test.ts breaks each rule on purpose.
const layers = [
  { name: "util", may: [] },
  { name: "crypto", may: ["util"] },
  { name: "smartcard", may: ["crypto", "util"] },
  { name: "formats", may: ["crypto", "util"] },
  { name: "credentials/ports", may: ["crypto", "util"] },
  { name: "pki", may: ["credentials/ports", "crypto", "util"] },
  { name: "dtls", may: ["credentials/ports", "crypto", "util"] },
  { name: "coap", may: ["crypto", "util"] },
  { name: "association", may: ["dtls", "coap", "credentials/ports", "crypto", "util"] },
  { name: "credentials/adapters", may: ["credentials/ports", "smartcard", "pki", "crypto", "util"] },
  { name: "lwm2m", may: ["association", "coap", "credentials/ports", "formats", "smartcard", "crypto", "util"] },
  { name: "est", may: ["association", "coap", "credentials/ports", "pki", "formats", "crypto", "util"] },
  {
    name: "platform",
    may: ["coap", "credentials/ports", "credentials/adapters", "smartcard", "lwm2m", "crypto", "util"],
  },
  {
    name: "agent",
    may: [
      "lwm2m",
      "est",
      "association",
      "coap",
      "dtls",
      "credentials/ports",
      "credentials/adapters",
      "pki",
      "formats",
      "smartcard",
      "crypto",
      "util",
      "platform",
    ],
  },
];

const own = (layer) => `^src/${layer}/`;

const downOnly = layers.map(({ name, may }) => ({
  name: `${name.replace("/", "-")}-imports-down-only`,
  severity: "error",
  comment: `${name} may import ${may.join(", ") || "nothing"} of ours`,
  from: { path: own(name) },
  to: { path: "^src/", pathNot: [name, ...may].map(own) },
}));

module.exports = {
  forbidden: [
    ...downOnly,
    {
      name: "agent-never-reaches-the-dtls-server-role",
      severity: "error",
      comment: "the server role exists for the sandbox and the tests",
      from: { path: ["^src/agent/", "^src/association/", "^src/lwm2m/"] },
      to: { path: ["^src/dtls/server", "^src/dtls/listener", "^src/dtls/states/server"], reachable: true },
    },
    {
      name: "virtual-sim-shares-nothing-with-the-host",
      severity: "error",
      comment: "host and card must not share a misunderstanding: own parser, only smartcard's types",
      from: { path: "^src/sandbox/card/" },
      to: {
        path: "^src/",
        pathNot: [
          "^src/sandbox/card/",
          "^src/crypto/",
          "^src/util/",
          "^src/smartcard/card-channel",
          "^src/smartcard/card-transport-error",
        ],
      },
    },
    {
      name: "only-platform-and-crypto-touch-node",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/platform/", "^src/crypto/", "^src/cli/", "^src/sandbox/", "^src/agent/"] },
      to: { dependencyTypes: ["core"] },
    },
    { name: "no-cycles", severity: "error", from: { path: "^src/" }, to: { circular: true } },
    { name: "no-test-code-in-src", severity: "error", from: { path: "^src/" }, to: { path: "^test/" } },
    {
      name: "no-dev-dependencies-in-src",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
