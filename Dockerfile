# syntax=docker/dockerfile:1
# One builder, two small images: `bridge` (default) and `greenhouse-sim`.

FROM rust:1.95-bookworm AS build
WORKDIR /src
# Queries are checked against the recorded .sqlx data; no database at build time.
ENV SQLX_OFFLINE=true CARGO_TERM_COLOR=never
ARG BRIDGE_GIT_SHA=unknown
COPY . .
# The registry and target/ are cache mounts: after an edit only the changed crates are compiled, without a second copy of
# the workspace's manifests here that somebody would have to keep in step. A mount is not part of the layer, hence the cp.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/src/target,sharing=locked \
    BRIDGE_GIT_SHA=$BRIDGE_GIT_SHA cargo build --release --locked -p bridge -p greenhouse-sim \
    && mkdir /out \
    && cp target/release/bridge target/release/greenhouse-sim /out/

# No shell and no package manager; brings the CA certificates that TLS to RabbitMQ, PostgreSQL and Greenhouse needs.
FROM gcr.io/distroless/cc-debian12:nonroot AS runtime
USER 65532:65532
WORKDIR /

FROM runtime AS greenhouse-sim
COPY --from=build /out/greenhouse-sim /usr/local/bin/greenhouse-sim
EXPOSE 8090
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/usr/local/bin/greenhouse-sim", "--healthcheck", "--addr", "127.0.0.1:8090"]
ENTRYPOINT ["/usr/local/bin/greenhouse-sim"]
CMD ["--addr", "0.0.0.0:8090", "--single-port"]

FROM runtime AS bridge
COPY --from=build /out/bridge /usr/local/bin/bridge
ENV BRIDGE_HTTP_ADDR=0.0.0.0:8080 BRIDGE_LOG_FORMAT=json
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/usr/local/bin/bridge", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/bridge"]
CMD ["run", "all"]
