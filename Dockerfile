# The daemon in a container, without root; it writes only to the volume and two tmpfs. See docs/operations.md.
#
#   docker build -t colivara-hookd .
#   docker run --read-only --tmpfs /run/colivara-hookd --tmpfs /tmp --cap-drop all --security-opt no-new-privileges \
#       -v hookd:/var/lib/colivara-hookd -v ./webhook-secret:/run/secrets/webhook-secret:ro -p 127.0.0.1:8080:8080 \
#       colivara-hookd

FROM debian:bookworm-slim AS build
WORKDIR /source
COPY scripts/install-deps scripts/
RUN scripts/install-deps --build
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY include include
COPY src src
RUN cmake --preset release -DHOOKD_PACKAGE=OFF \
    && cmake --build --preset release --target colivara-hookd \
    && cmake --install build/release --prefix /installed --strip

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="colivara-hookd" \
      org.opencontainers.image.description="A durable webhook receiver for ColiVara" \
      org.opencontainers.image.licenses="MIT"
# Fixed ids, so that volumes and secrets can be owned by them from outside. The second group is for consumers, who take
# events from a volume at /var/log or /var/spool and have no other access. A tmpfs takes the mode of the directory that it
# covers and belongs to root, hence 1777 for the directory that a tmpfs is meant to cover.
RUN groupadd --gid 10443 colivara-hookd \
    && groupadd --gid 10444 colivara-hookd-events \
    && useradd --uid 10443 --gid 10443 --no-create-home --home-dir /var/lib/colivara-hookd \
        --shell /usr/sbin/nologin colivara-hookd \
    && install -d -o 10443 -g 10443 -m 0750 /var/lib/colivara-hookd /run/colivara-hookd-proxy \
    && install -d -o 10443 -g 10444 -m 2750 /var/log/colivara-hookd \
    && install -d -o 10443 -g 10444 -m 2770 /var/spool/colivara-hookd /var/spool/colivara-hookd/tmp \
        /var/spool/colivara-hookd/new /var/spool/colivara-hookd/cur \
    && install -d -m 1777 /run/colivara-hookd
# tini is process 1: it forwards signals and reaps the background processes of hooks.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcurl4 libfmt9 libjemalloc2 libprometheus-cpp-core1.0 libspdlog1.10 \
        libsqlite3-0 libssl3 libstdc++6 libtomlplusplus3 tini \
    && rm -rf /var/lib/apt/lists/*
COPY config/container/colivara-hookd.toml /etc/colivara-hookd/colivara-hookd.toml
COPY --from=build /installed/bin/colivara-hookd /usr/bin/colivara-hookd
USER 10443:10443
VOLUME /var/lib/colivara-hookd
EXPOSE 8080 8443 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["/usr/bin/colivara-hookd", "status"]
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/bin/colivara-hookd"]
CMD ["run"]
