using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>db-check: nothing on a fresh database, and one line for each thing that someone changed by hand.</summary>
public sealed class CheckTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    public async Task InitializeAsync() => database = await (await TestServer.Shared).CreateDatabase();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task A_fresh_database_has_only_what_its_server_has() =>
        Assert.Empty(await Problems());

    public static TheoryData<string, string, string> Sabotage => new()
    {
        { "a policy that lets everybody in", """alter policy org_access on public."Chat" using (true)""", "policy public.\"Chat\" org_access" },
        { "a policy for another role", """alter policy org_access on public."Chat" to anonymous""", "policy public.\"Chat\" org_access" },
        { "a superfluous policy", """create policy extra on public."Vote" for select to anonymous using (true)""", "policy public.\"Vote\" extra" },
        { "a missing policy", """drop policy select_public on public."Chat" """, "policy public.\"Chat\" select_public" },
        { "RLS disabled", """alter table public."Message" disable row level security""", "relation public.\"Message\"" },
        { "RLS not forced", """alter table public."Message" no force row level security""", "relation public.\"Message\"" },
        { "an extra grant", """grant select on public.accounts to regular_user""", "relation public.accounts" },
        { "an extra column grant", """grant select ("password") on public."User" to regular_user""", "column public.\"User\".password" },
        { "statistics of what people write", """alter table public."Chat" alter column "title" set statistics 100""", "column public.\"Chat\".title" },
        { "another function body", """create or replace function auth.covers(jsonb, jsonb) returns boolean language sql stable parallel safe set search_path = '' as 'select true'""", "function auth.covers" },
        { "a trigger switched off", """alter table public."Vote" disable trigger user""", "trigger public.\"Vote\"" },
        { "a new function", """create function public.anything() returns text language sql as 'select 1::text'""", "function" },
        { "a table without a policy file", """create table public."Loose" ("id" int primary key)""", "table public.\"Loose\"" },
    };

    [Theory]
    [MemberData(nameof(Sabotage))]
    public async Task Is_found(string what, string sql, string subject)
    {
        await database.OwnerConnectionString.DoAsOwner(Applicable(sql));

        var found = await Problems();

        Assert.True(
            found.Any(finding => finding.Subject.StartsWith(subject, StringComparison.Ordinal)),
            $"{what}: expected a finding about {subject}, got:\n{string.Join('\n', found)}");
        Assert.All(found, finding => Assert.False(string.IsNullOrWhiteSpace(finding.Remedy)));
    }

    // covers() keeps the names of its parameters, which `create or replace` may not change.
    private string Applicable(string sql) => sql.Contains("auth.covers(jsonb, jsonb)", StringComparison.Ordinal)
        ? sql.Replace("(jsonb, jsonb)", $"({database.OwnerConnectionString
            .Ask<string>("select pg_get_function_arguments('auth.covers'::regproc)").Result})", StringComparison.Ordinal)
        : sql;

    [Theory]
    [InlineData("""alter policy org_access on public."Chat" using (true)""",
        "using", "- (\"organizationId\" = ( SELECT auth.organization_id() AS organization_id))", "+ true")]
    [InlineData("""alter policy select_reader on public."Vote" to regular_user""", "to", "- anonymous, regular_user", "+ regular_user")]
    [InlineData("""grant select ("password") on public."User" to regular_user""", "grants", "+ regular_user may select")]
    [InlineData("""create or replace function auth.uid() returns uuid language plpgsql stable parallel safe security definer cost 400 set search_path = '' as 'begin return null; end'""",
        "body", "+ begin return null; end")]
    public async Task The_difference_is_shown_part_by_part(string sql, params string[] lines)
    {
        await database.OwnerConnectionString.DoAsOwner(sql);

        var drift = Assert.Single(await Problems(), finding => finding.Rule == "drift");
        var shown = $"{drift}".Split('\n', StringSplitOptions.TrimEntries);

        Assert.All(lines, line => Assert.Contains(line, shown));
    }

    // The keys that GitHub asks for; each location is a line that makes the object.
    [Fact]
    public async Task As_SARIF_each_finding_is_at_the_file_that_makes_its_object()
    {
        await database.OwnerConnectionString.DoAsOwner(
            """alter policy org_access on public."Chat" using (true)""",
            """drop index public."Message_userId_idx" """,
            """create policy extra on public."Vote" for select to anonymous using (true)""",
            """comment on function auth.uid() is null""",
            """comment on table public."Chat" is null""");

        var (exit, output) = await DatabaseCommand.Run(database.OwnerConnectionString, "check", "--format", "sarif");
        var run = System.Text.Json.Nodes.JsonNode.Parse(output)!["runs"]![0]!;
        var rules = run["tool"]!["driver"]!["rules"]!.AsArray();
        // No file of db/ makes the server.
        var places = run["results"]!.AsArray().Where(result => (string)result!["ruleId"]! is not ("server" or "superuser_only")).Select(result =>
        {
            var place = result!["locations"]![0]!["physicalLocation"]!;
            var line = Script.Embedded.Single(script => script.Name == (string)place["artifactLocation"]!["uri"]!).Sql.Split('\n')[(int)place["region"]!["startLine"]! - 1];
            Assert.Contains(rules, rule => (string)rule!["id"]! == (string)result["ruleId"]! && rule["help"]!["text"] is not null);
            Assert.NotNull(result["partialFingerprints"]!["primaryLocationLineHash"]);
            return $"{result["ruleId"]}: {line}";
        }).ToList();

        Assert.Equal(1, exit);
        Assert.Contains("""policy_open: create policy org_access on public."Chat" """.TrimEnd(), places);
        Assert.Contains("""drift: create index "Message_userId_idx" on public."Message" ("userId");""", places);
        Assert.Contains("""policy_open: call app_private.reset_policies('public."Vote"', canary => 'id');""", places);
        Assert.Contains("comment: create or replace function auth.uid()", places);
        Assert.Contains("""comment: create table public."Chat" (""", places);
    }

    [Fact]
    public async Task As_JSON_it_is_what_the_monitoring_page_lists()
    {
        await database.OwnerConnectionString.DoAsOwner("""drop policy select_public on public."Chat" """);

        var (exit, output) = await DatabaseCommand.Run(database.OwnerConnectionString, "check", "--format", "json");
        var drift = System.Text.Json.Nodes.JsonNode.Parse(output)!.AsArray().Single(finding => (string)finding!["rule"]! == "drift")!;

        Assert.Equal((1, "policy public.\"Chat\" select_public", "is missing", false),
            (exit, (string)drift["object"]!, (string)drift["finding"]!, (bool)drift["isNote"]!));
        Assert.Contains(drift["differences"]!.AsArray(), difference => (string)difference!["part"]! == "for" && (string)difference["expected"]! == "select");
    }

    [Fact]
    public async Task Applying_everything_again_heals_it()
    {
        await database.OwnerConnectionString.DoAsOwner(
            """alter policy org_access on public."Chat" using (true)""",
            """alter table public."Message" disable row level security""",
            """create policy extra on public."Vote" for select to anonymous using (true)""",
            """grant select on public.accounts to regular_user""");

        await Migrator.Run(database.OwnerConnectionString, new MigrationOptions { All = true });

        Assert.Empty(await Problems());
    }

    [Fact]
    public async Task A_database_behind_the_files_is_found()
    {
        var newer = Script.Embedded.Append(new Script("db/schema/9999_newer.sql", "select 1"));

        var found = await Checks.Run(database.OwnerConnectionString, [.. newer]);

        Assert.Contains(found, finding => finding is { Rule: "version", Subject: "db/schema/9999_newer.sql" });
    }

    [Fact]
    public async Task A_database_ahead_of_the_files_is_found()
    {
        var found = await Checks.Run(database.OwnerConnectionString, [.. Script.Embedded.Skip(1)]);

        Assert.Contains(found, finding => finding.Rule == "version" && finding.Subject == Script.Embedded[0].Name);
    }

    [Fact]
    public async Task An_empty_database_is_told_to_migrate()
    {
        await using var empty = await (await TestServer.Shared).CreateEmptyDatabase();

        var finding = Assert.Single(await Checks.Run(empty.OwnerConnectionString));

        Assert.Contains("make db-migrate", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_exits_with_1_when_there_is_a_finding()
    {
        var isAffected = (await Checks.Run(database.OwnerConnectionString)).Any(finding => !finding.IsNote);
        var before = await DatabaseCommand.Run(database.OwnerConnectionString, "check");
        Assert.Equal(isAffected ? 1 : 0, before.ExitCode);

        await database.OwnerConnectionString.DoAsOwner("""alter policy org_access on public."Chat" using (true)""");
        var after = await DatabaseCommand.Run(database.OwnerConnectionString, "check");

        Assert.Equal(1, after.ExitCode);
        Assert.Contains("policy public.\"Chat\" org_access differs", after.Output, StringComparison.Ordinal);
    }

    // What the server's version has is the server's: 18.4 has a hole, and no newer 18 was to be had.
    private async Task<List<Finding>> Problems() =>
        [.. (await Checks.Run(database.OwnerConnectionString)).Where(finding => !finding.IsNote && finding.Rule != "server")];
}
