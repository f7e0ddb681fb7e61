# rosterd and rosterctl in an image of their own. The first stage builds the
# Debian packages, the second installs them: what they depend on is what the
# packages say.
#
#   docker build -t roster/rosterd:0.1.0 .
#   docker run --network host roster/rosterd:0.1.0 --zookeeper zk-1:2181
#
# BASE is any Debian 12 image.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
COPY packaging/image-build-deps packaging/image-build-deps
RUN apt-get update -qq \
    && xargs -a packaging/image-build-deps apt-get install -y -qq --no-install-recommends \
    && rm -rf /var/lib/apt/lists/*
COPY . .
# What was compiled is kept for the next build of the image.
RUN --mount=type=cache,id=roster-ccache,target=/root/.cache/ccache \
    export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 LANG=C.UTF-8 \
    && cmake --preset package \
    && cmake --build --preset package --target packaged \
    && (cd build/package && cpack)

FROM ${BASE}
LABEL org.opencontainers.image.title="rosterd" \
      org.opencontainers.image.description="Live view and control of a cluster's members, on ZooKeeper"
RUN --mount=type=bind,from=build,source=/src/build/package/packages,target=/packages \
    apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends /packages/rosterd_*.deb /packages/rosterctl_*.deb \
    && rm -rf /var/lib/apt/lists/*
# The number that helm/roster runs it as. It owns nothing, and needs no name.
USER 65532:65532
EXPOSE 7470 7471
# Whether it serves, not whether ZooKeeper is there: without it the last view is
# served, and a restart would lose that. For other ports set ROSTER_PROBE.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s \
    CMD ["/usr/share/roster/probe"]
ENTRYPOINT ["rosterd"]
