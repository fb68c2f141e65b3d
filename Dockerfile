# syntax=docker/dockerfile:1
# Two stages: the first has the compiler, the second has one executable and the libraries it loads.
#
#   docker build -t sluice .
#   docker run -p 127.0.0.1:8080:8080 sluice
#   docker run -p 127.0.0.1:8080:8080 -v ./proxy.conf:/etc/sluice/proxy.conf:ro sluice
#
# For HTTPS listen on "tls:0.0.0.0:8443" and mount certificates and keys that user 10001 can read.
#
# Inside a container listen on "0.0.0.0:8080"; a loopback address is not reachable from outside. A file of your own needs
# [[clients]] then, or `open = true` in [server].

ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${SWIFT_IMAGE} AS build
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        libcurl4-openssl-dev libssl-dev libargon2-dev libsimdjson-dev libmimalloc-dev libhiredis-dev \
        libonig-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The dependencies first: they change less often than the sources, and stay in the cache.
COPY Package.* ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
# The Swift runtime goes into the executable, so that the second stage needs none.
RUN swift build -c release --product sluice --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked \
    && install -D "$(swift build -c release --static-swift-stdlib --show-bin-path)/sluice" /out/sluice \
    && strip /out/sluice

FROM ${BASE_IMAGE}
RUN export DEBIAN_FRONTEND=noninteractive \
    && apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        ca-certificates libargon2-1 libcurl4 libhiredis0.14 libmimalloc2.0 libonig5 libsimdjson14 libssl3 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin sluice
COPY --from=build /out/sluice /usr/local/bin/sluice
# Until a file of your own is mounted there, it answers with what it was asked, and whoever asks: there is nothing to lose.
RUN mkdir /etc/sluice && printf '%s\n' \
        '[server]' 'listen = ["0.0.0.0:8080"]' 'open = true' '' \
        '[[providers]]' 'name = "echo"' 'type = "echo"' 'models = ["*"]' \
        >/etc/sluice/proxy.conf
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
# No shell is started, here or below.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
    CMD ["/usr/local/bin/sluice", "health", "--config", "/etc/sluice/proxy.conf"]
ENTRYPOINT ["/usr/local/bin/sluice"]
CMD ["serve", "--config", "/etc/sluice/proxy.conf"]
