# The API and rlschat-db (migrate, check, backup, restore, purge …) in one image, as an unprivileged user.
#   docker build -t rlschat .
# Where the usual images cannot be had, give others: --build-arg NODE=… --build-arg SDK=… --build-arg RUNTIME=…
ARG NODE=node:22-alpine
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME=mcr.microsoft.com/dotnet/aspnet:10.0-alpine

# What the page uses of npm.
FROM ${NODE} AS page
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY src/Web src/Web
RUN node src/Web/vendor.mjs

FROM ${SDK} AS build
WORKDIR /src
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/Database/Database.csproj src/Database/packages.lock.json src/Database/
COPY src/Api/Api.csproj src/Api/packages.lock.json src/Api/
RUN dotnet restore src/Api --locked-mode
COPY db db
COPY src src
COPY --from=page /src/src/Web/vendor src/Web/vendor
RUN dotnet publish src/Api -c Release --no-restore -o /app -p:UseAppHost=false -p:DebugType=none

FROM ${RUNTIME}
# For db-backup and db-restore: no newer than the server, and no older (see docs/operating.md).
ARG CLIENT="apk add --no-cache postgresql15-client"
RUN ${CLIENT}
WORKDIR /app
COPY --from=build /app .
ENV HOST=0.0.0.0 PORT=5080
EXPOSE 5080
# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
ENTRYPOINT ["dotnet"]
CMD ["rlschat-api.dll"]
