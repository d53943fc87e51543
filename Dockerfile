# The image holds the one binary, CA certificates, time zones and curl (for the
# health check). It holds no database: give GRIDPATROL_DATABASE_URL, as
# docker-compose.yml does. Photos are kept under /var/lib/gridpatrol.

FROM node:22-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --omit=dev
COPY web ./
RUN npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/dist web/dist
RUN go build -trimpath -buildvcs=false -tags nodynamic -o /gridpatrol ./cmd/gridpatrol

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/gridpatrol --create-home gridpatrol
COPY --from=build /gridpatrol /usr/local/bin/gridpatrol
COPY LICENSE NOTICE /usr/share/doc/gridpatrol/
USER gridpatrol
ENV GRIDPATROL_LISTEN=0.0.0.0:8080 \
    GRIDPATROL_DATA_DIR=/var/lib/gridpatrol
VOLUME /var/lib/gridpatrol
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["gridpatrol"]
CMD ["serve"]
