# `make` without a target lists the targets.
.DEFAULT_GOAL := help
.PHONY: help run monitor test test-rls test-rls-portable test-rls-general postgres-18 test-image test-rls-image test-api test-api-general test-web test-cluster plans test-readme attacks mutants prove docs-matrix docs-database check fmt \
  db-migrate db-apply-functions db-generate db-check db-seed db-reset db-backup db-restore db-adopt db-purge db-grant-operator db-portable psql why who reach access-diff \
  bench lint-format lint-sql clean

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
# Tests append lines "name<TAB>value" to this file (tests/support/Figures.cs); counts of one name add up.
export RLSCHAT_FIGURES_FILE ?= $(CURDIR)/.data/figures
# If set, every cell of the access matrices is put to make why, too.
export RLSCHAT_TEST_WHY := $(WHY)

OUT := bin/Release/net10.0
TEST_IMAGE := rlschat-test-postgres:15
DB := dotnet src/Database/$(OUT)/rlschat-db.dll

# $(call tests,PROJECTS,OPTIONS): runs the tests of projects, then prints the figures whose names match $(COUNTED),
# and last which tests were not run.
# $(call matching,FILTER): "Chat" stands for the classes or tests whose name starts so; with "=" or "~" it is a filter of dotnet test.
matching = $(if $(findstring =,$(1)),$(1),$(if $(findstring ~,$(1)),$(1),FullyQualifiedName~.$(1:.%=%)))
COUNTED := ^$$
define tests
@mkdir -p '$(dir $(RLSCHAT_FIGURES_FILE))'; : > '$(RLSCHAT_FIGURES_FILE)'; status=0; \
  for project in $(1); do dotnet test $$project -c Release --no-build --nologo $(2) || status=1; done; \
  awk -F '\t' -v counted='$(COUNTED)' '$$2 ~ /^[0-9]+$$/ { n[$$1] += $$2 } \
    END { for (name in n) if (n[name] && name !~ /^(not run|excused)\./ && name ~ counted) print name ": " n[name] }' \
    '$(RLSCHAT_FIGURES_FILE)' | sort; \
  tests/not-run.sh '$(RLSCHAT_FIGURES_FILE)'; exit $$status
endef

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: obj/built-api ## serves http://127.0.0.1:5080, with its own PostgreSQL unless POSTGRES_URL is set
	@$(DB) run

test: obj/built-all ## runs every test but plans
	$(call tests,tests/rls tests/api tests/proof/Mutants,--filter Category!=Plans)

test-rls: COUNTED := .
test-rls: obj/built-rls ## runs the tests of the database, except Installing; FILTER=Chat: classes or tests whose name starts so; WHY=1: make why must agree with the matrices
	$(call tests,tests/rls,--filter '$(if $(FILTER),$(call matching,$(FILTER)),FullyQualifiedName!~.Installing.)')

# Left out is what compares the text or the number of policies and functions; and one attack, whose statement is refused earlier (42501).
OF_TEXTS := FullyQualifiedName!~.Installing.&FullyQualifiedName!~.Catalogue&FullyQualifiedName!~.CoverageTests&FullyQualifiedName!~.Crud_policy_makes&FullyQualifiedName!~.Linting.&DisplayName!~document under another
test-rls-portable: obj/built-rls ## runs the access matrices, the attacks and the law of the model under the policies that db-portable prints
	@RLSCHAT_TEST_PORTABLE=1 $(MAKE) --no-print-directory test-rls FILTER='$(if $(FILTER),($(call matching,$(FILTER)))&)$(OF_TEXTS)'

mutants: obj/built-all ## weakens each guard in turn; the tests must fail: SAMPLE=150 SEED=1, ONLY=Chat; continues an earlier run
	@dotnet tests/proof/Mutants/$(OUT)/RlsChat.Tests.Mutants.dll $(if $(SAMPLE),--sample '$(SAMPLE)') $(if $(SEED),--seed '$(SEED)') \
	  $(if $(ONLY),--only '$(ONLY)') $(if $(WORKERS),--workers '$(WORKERS)')

postgres-18: ## downloads PostgreSQL 18 (npm, Linux x64); the last line is the value for RLSCHAT_POSTGRES_BIN
	@tests/postgres-18.sh

test-image: ## builds an image of PostgreSQL for tests from Debian's packages, without a registry; as root
	@tests/image/with-docker.sh tests/image/make.sh $(TEST_IMAGE)

test-rls-image: test-image obj/built-rls ## runs test-rls in that image, with Testcontainers
	@RLSCHAT_TEST_IMAGE=$(TEST_IMAGE) tests/image/with-docker.sh $(MAKE) --no-print-directory test-rls

test-api: obj/built-test-api ## runs the tests of the API, except plans; FILTER=Attacks: classes or tests whose name starts so
	$(call tests,tests/api,--filter '$(if $(FILTER),($(call matching,$(FILTER)))&)Category!=Plans')

test-web: obj/built-web ## tries the page in Chromium, which it installs where it can; screenshots land in tests/web/screenshots
	@command -v chromium >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; } \
	  || echo "Chromium cannot be installed here: apt-get install chromium"
	$(call tests,tests/web,$(if $(FILTER),--filter '$(call matching,$(FILTER))'))

test-cluster: obj/built-cluster ## fails one primary after the other of three nodes (Patroni, etcd, PgBouncer, installed where they can be): ROUNDS=20; ONLY=pairs
	@command -v patroni >/dev/null && command -v etcd >/dev/null && command -v pgbouncer >/dev/null \
	  || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends patroni etcd-server pgbouncer >/dev/null; } \
	  || echo "They cannot be installed here: apt-get install patroni etcd-server pgbouncer"
	@exec dotnet tests/cluster/$(OUT)/RlsChat.Tests.Cluster.dll

plans: COUNTED := ^plans[.]
plans: obj/built-test-api ## explains every statement of the API on 10^6 messages: each reads little more than its page
	$(call tests,tests/api,--filter Category=Plans)

# The tests that look at every table or endpoint, so that an added one can break them.
GENERAL_RLS := FullyQualifiedName~.Catalogue|FullyQualifiedName~.ColumnTests|FullyQualifiedName~.CarelessPolicyTests|FullyQualifiedName~.CoverageTests|FullyQualifiedName~.BackupTests
GENERAL_API := Covers=EveryEndpoint|Category=Attack|FullyQualifiedName~AccessTests

test-readme: ## follows the README's five steps in a copy, and runs there the tests that look at every table or endpoint
	@copy=$$(mktemp -d); trap 'rm -rf "$$copy"' EXIT; tests/readme-steps.sh "$$copy" \
	  && $(MAKE) --no-print-directory -C "$$copy" test-rls FILTER=Bookmark && $(MAKE) --no-print-directory -C "$$copy" test-rls-general test-api-general

test-rls-general: ## runs the tests of the database that look at every table
	@$(MAKE) --no-print-directory test-rls FILTER='$(GENERAL_RLS)'

test-api-general: ## runs the tests of the API that look at every endpoint, the attacks and the access matrices
	@$(MAKE) --no-print-directory test-api FILTER='$(GENERAL_API)'

attacks: obj/built-rls obj/built-test-api ## tries every attack of docs/threat-model.md, in the database and over HTTP
	$(call tests,tests/rls tests/api,--filter Category=Attack)

prove: obj/built-all ## runs the proof of docs/threat-model.md and writes its figures there; about 20 minutes
	@tests/prove.sh

docs-matrix: obj/built-rls ## writes the matrices of docs/access-rules.md from the model of the rules
	@RLSCHAT_WRITE_DOCS=1 dotnet test tests/rls -c Release --no-build --nologo --filter FullyQualifiedName~AccessMatrix

docs-database: obj/built-rls ## writes db/README.md from the catalogue of a migrated database
	@RLSCHAT_WRITE_DOCS=1 dotnet test tests/rls -c Release --no-build --nologo --filter FullyQualifiedName~DatabaseIndexTests

check: lint-format obj/built-all lint-sql test plans ## format, analyzers, SQL lint, every test and plan: the first step of CI

lint-format:
	@dotnet restore RlsChat.sln -v quiet
	@dotnet format RlsChat.sln --verify-no-changes --no-restore

lint-sql: node_modules/.bin/squawk
	@node_modules/.bin/squawk --config .squawk.toml $$(find db -name '*.sql')

node_modules/.bin/squawk: package-lock.json
	@npm ci --no-audit --no-fund
	@touch $@

fmt: ## formats the C#
	@dotnet format RlsChat.sln

db-migrate: obj/built-db ## brings the database up to date; DRY_RUN=1 rolls back and lists what it would do
	@$(DB) migrate $(if $(DRY_RUN),--dry-run)

db-apply-functions: obj/built-db ## as db-migrate, and applies all roles, functions and policies again: repairs drift
	@$(DB) migrate --all $(if $(DRY_RUN),--dry-run)

db-check: obj/built-db ## lists problems of the database; exits 0 if there are none: FORMAT=json or sarif
	@$(DB) check $(if $(FORMAT),--format '$(FORMAT)')

db-generate: obj/built-db ## creates a file of db/schema and, for a table, its policy file: NAME=add_bookmark
	@$(DB) generate '$(NAME)'

monitor: obj/built-db ## prints every policy and the findings of db-check
	@$(DB) monitor

db-seed: obj/built-db ## creates the small demo world
	@$(DB) seed

db-reset: obj/built-db ## drops the database and builds it again; NAME=… for one that this program did not create
	@$(DB) reset $(if $(NAME),--yes-drop '$(NAME)')

db-backup: obj/built-db ## writes rows, policies, grants and roles into one file: FILE=… (default: in .data/backups)
	@$(DB) backup $(if $(FILE),--file '$(FILE)')

db-restore: obj/built-db ## restores a backup into an empty database and compares: FILE=…; NAME=… creates that database
	@$(DB) restore '$(FILE)' $(if $(NAME),--into '$(NAME)')

db-adopt: obj/built-db ## what moving the database of the old application into this one would do, row by row: FROM=postgresql://…; MOVE=1 moves it (samples/drizzle)
	@FROM="$$FROM" $(DB) adopt $(if $(MOVE),--move)

db-purge: obj/built-db ## deletes rows past their retention; the API does so once an hour
	@$(DB) purge

db-grant-operator: obj/built-db ## makes a person the first operator: EMAIL=…
	@$(DB) grant-operator '$(EMAIL)'

db-portable: obj/built-db ## prints the policies without sub-queries, as a script for psql (docs/scale.md)
	@$(DB) portable

psql: obj/built-db ## an SQL prompt as a person: AS=ana@acme.example, or AS=anonymous
	@$(DB) psql '$(if $(filter-out default,$(origin AS)),$(AS))'

why: obj/built-db ## why a person may (not) do something to a row: AS=ana@acme.example (or TOKEN=…) TABLE=Chat ROW=<its key> FOR=update SET='{"title":"x"}' RETURNING=1
	@$(DB) why $(if $(TOKEN),,'$(if $(filter-out default,$(origin AS)),$(AS))') '$(TABLE)' '$(ROW)' $(if $(TOKEN),--token "$$TOKEN") \
	  $(if $(FOR),--for '$(FOR)') $(if $(SET),--set "$$SET") $(if $(RETURNING),--returning '$(RETURNING)')

who: obj/built-db ## everyone who can read, change or delete a row, with the policies that let them: TABLE=Chat ROW=<its key>
	@$(DB) who '$(TABLE)' '$(ROW)'

reach: obj/built-db ## how many rows of each table a person can read, change and delete: AS=ana@acme.example, or AS=anonymous
	@$(DB) reach '$(if $(filter-out default,$(origin AS)),$(AS))'

access-diff: obj/built-db ## what people gain or lose by the changes of db/ since a commit: BASE=main
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; git archive '$(BASE)' db | tar -x -C "$$folder" && $(DB) access-diff "$$folder"

bench: obj/built-api bench/seed-stack/node_modules/.package-lock.json ## compares speeds (bench/README.md), about an hour: QUICK=1 under 3 minutes, ONLY=requests,policies, LARGE=1
	@dotnet build bench -c Release -v quiet --nologo && exec dotnet bench/$(OUT)/rlschat-bench.dll

bench/seed-stack/node_modules/.package-lock.json: bench/seed-stack/package-lock.json
	@npm ci --prefix bench/seed-stack --no-audit --no-fund --loglevel error

# $(call sources,FOLDERS): what these projects are made of.
sources = $(shell find $(1) -type d \( -name bin -o -name obj -o -name screenshots \) -prune -o -print)

# The page is embedded in the API. Without npm, or where npm does not answer, the API is built without it, and says so at /.
VENDORED := src/Web/vendor/lit.js
PAGE = $(shell find src/Web -path src/Web/vendor -prune -o -print) $(if $(shell command -v npm),$(VENDORED))
$(VENDORED): package-lock.json src/Web/vendor.mjs
	@npm ci --no-audit --no-fund --loglevel error >/dev/null && node src/Web/vendor.mjs || echo "The page at / is not in this build: npm has failed"

# The SQL is embedded in the assembly, so a changed or removed file of db/ requires a build (a removed file
# changes the time of its folder). The stamps avoid msbuild, which takes seconds to find nothing to do.
obj/built-db: $(shell find src/Database db -type d \( -name bin -o -name obj \) -prune -o ! -name README.md -print) \
  Directory.Build.props Directory.Packages.props global.json
	@echo "Building src/Database" >&2; dotnet msbuild src/Database -restore -nologo -tl:off -v:quiet -p:Configuration=Release
	@mkdir -p $(@D) && touch $@

obj/built-api: obj/built-db $(call sources,src/Api) $(PAGE)
	@echo "Building src/Api"; dotnet msbuild src/Api -restore -nologo -tl:off -v:quiet -p:Configuration=Release
	@mkdir -p $(@D) && touch $@

obj/built-rls: obj/built-db $(call sources,tests/rls tests/support tests/proof/Model tests/proof/Linting)
	@echo "Building tests/rls"; dotnet msbuild tests/rls -restore -nologo -tl:off -v:quiet -p:Configuration=Release
	@mkdir -p $(@D) && touch $@

obj/built-test-api: obj/built-api $(call sources,tests/api tests/support tests/proof/NonInterference tests/proof/Plans tests/proof/Pools bench/world.sql)
	@echo "Building tests/api"; dotnet msbuild tests/api -restore -nologo -tl:off -v:quiet -p:Configuration=Release
	@mkdir -p $(@D) && touch $@

obj/built-cluster: obj/built-api $(call sources,tests/cluster)
	@echo "Building tests/cluster"; dotnet msbuild tests/cluster -restore -nologo -tl:off -v:quiet -p:Configuration=Release
	@mkdir -p $(@D) && touch $@

obj/built-web: obj/built-test-api $(call sources,tests/web)
	@echo "Building tests/web"; dotnet msbuild tests/web -restore -nologo -tl:off -v:quiet -p:Configuration=Release
	@mkdir -p $(@D) && touch $@

obj/built-all: obj/built-api $(call sources,tests) bench/world.sql RlsChat.sln
	@echo "Building everything"; dotnet msbuild RlsChat.sln -restore -nologo -tl:off -v:quiet -p:Configuration=Release
	@mkdir -p $(@D) && touch $@ obj/built-rls obj/built-test-api obj/built-web

clean: ## removes build output; the data in .data/ stays
	@rm -rf obj node_modules src/Web/vendor samples/drizzle/node_modules samples/drizzle/bin bench/seed-stack/node_modules bench/bin bench/obj bench/usual/bin bench/usual/obj src/*/bin src/*/obj tests/*/bin tests/*/obj tests/proof/*/bin tests/proof/*/obj
