# The agent in a container. The native add-ons are compiled in the first stage; the second has no compiler and no
# development dependencies. Both stages need the same base: the add-ons are linked against its libraries, and libpcsclite
# in the image must speak the same protocol as the host's pcscd (Debian 12: pcscd 1.9).
FROM node:20-bookworm-slim AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 make g++ pkg-config libpcsclite-dev \
  && rm -rf /var/lib/apt/lists/*
# Node's headers are in the image: nothing is downloaded for node-gyp.
ENV npm_config_nodedir=/usr/local
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts && npm rebuild pcsclite
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts
COPY objects ./objects
COPY README.md CHANGELOG.md LICENSE ./

FROM node:20-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends libpcsclite1 \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node -m 0700 /var/lib/lwm2m-safe
WORKDIR /app
COPY --from=build /app/package.json /app/README.md /app/CHANGELOG.md /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/objects ./objects
COPY --from=build /app/dist ./dist
RUN chmod 0755 dist/cli/main.js && ln -s /app/dist/cli/main.js /usr/local/bin/lwm2m-safe
ENV NODE_ENV=production
USER node
VOLUME /var/lib/lwm2m-safe
# SIGTERM reaches the agent itself, which de-registers and closes the card's channel.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["run", "--config", "/etc/lwm2m-safe/agent.yaml"]
