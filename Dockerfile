# One image for every role: docker run IMAGE gateway | worker | migrate | doctor
FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libhiredis-dev libpq-dev libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product switchboard

FROM swift:6.3-bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libhiredis0.14 libpq5 libssl3 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home switchboard
WORKDIR /switchboard
COPY --from=build /build/.build/release/switchboard /usr/local/bin/switchboard
COPY lua lua
COPY sql sql
COPY config config
COPY web/dist web/dist
USER switchboard
ENV SWITCHBOARD_HOME=/switchboard SWITCHBOARD_ENV=production HOST=0.0.0.0 PORT=3000
EXPOSE 3000
ENTRYPOINT ["switchboard"]
CMD ["gateway"]
