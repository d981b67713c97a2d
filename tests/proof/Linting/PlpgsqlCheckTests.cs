using Npgsql;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.Linting;

/// <summary>
/// plpgsql_check, with all its warnings (security and performance among them), over every plpgsql function
/// that is installed, and over every trigger function once for each table that it stands on.
/// </summary>
[Collection(SharedDatabase.Name)]
public sealed class PlpgsqlCheckTests(DatabaseFixture fixture)
{
    // What it finds and is right, each with the reason.
    private static readonly string[] Expected =
    [
        // They raise: an immutable function may be called while a statement is planned, before it is due.
        "app_private.require_amount(numeric): performance: routine is marked as STABLE, should be IMMUTABLE",
        "app_private.require_no_membership(uuid,uuid): performance: routine is marked as STABLE, should be IMMUTABLE",
        "auth.if_match(text,text[]): performance: routine is marked as STABLE, should be IMMUTABLE",
        // "return query execute" fills them, or they are null beside "unavailable".
        .. new[] { "calls", "mean_ms", "query", "role", "rows", "total_ms" }
            .Select(name => $"monitor.statements(): warning extra: OUT variable \"{name}\" is maybe unmodified"),
    ];

    private const string Routines = """
        select p.oid, p.oid::regprocedure::text as name, 0::oid as relation, null::name as oldtable, null::name as newtable
        from pg_proc p join pg_language l on l.oid = p.prolang
        where p.pronamespace::regnamespace::text in ('public', 'auth', 'app_private', 'monitor')
          and l.lanname = 'plpgsql' and p.prorettype <> 'trigger'::regtype
        union all
        select p.oid, p.oid::regprocedure || ' on ' || t.tgrelid::regclass, t.tgrelid, max(t.tgoldtable), max(t.tgnewtable)
        from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_language l on l.oid = p.prolang
        where not t.tgisinternal and l.lanname = 'plpgsql'
        group by p.oid, t.tgrelid
        """;

    /// <summary>What a hasty function may get wrong, and what is found.</summary>
    public static readonly TheoryData<string, string> Hasty = new()
    {
        { "is not sanitized", "create function auth.f(a text) returns void language plpgsql as 'begin execute ''delete from '' || a; end'" },
        { "does not exist", """create function auth.f() returns uuid language plpgsql as 'begin return (select c."owner" from public."Chat" c limit 1); end'""" },
        { "without RETURN", "create function auth.f(a int) returns int language plpgsql as 'begin if a > 0 then return a; end if; end'" },
        { "unused variable", "create function auth.f() returns void language plpgsql as 'declare a int; begin end'" },
        { "unused parameter", "create function auth.f(a int) returns void language plpgsql as 'begin end'" },
        { "should be", "create function auth.f(a int) returns int language plpgsql volatile as 'begin return a + 1; end'" },
        { "has no field", """create function auth.f() returns trigger language plpgsql as 'begin new."owner" := null; return new; end'; create trigger f before update on public."Chat" for each row execute function auth.f()""" },
        { "different type", "create function auth.f(a text) returns int language plpgsql as 'declare b int; begin b := a; return b; end'" },
    };

    [Fact]
    public async Task It_finds_nothing_but_what_is_expected()
    {
        var findings = await Findings("");
        Assert.True(findings.Order(StringComparer.Ordinal).SequenceEqual(Expected.Order(StringComparer.Ordinal)),
            $"found: {string.Join('\n', findings.Except(Expected))}; not found: {string.Join('\n', Expected.Except(findings))}");
    }

    [Theory]
    [MemberData(nameof(Hasty))]
    public async Task It_finds_a_hasty_function(string what, string statements)
    {
        var findings = await Findings(statements);
        var isFound = findings.Exists(finding => finding.StartsWith("auth.f(", StringComparison.Ordinal) && finding.Contains(what, StringComparison.Ordinal));
        Figures.Add("defects.seeded", 1);
        Figures.Add("defects.found", isFound ? 1 : 0);
        Assert.True(isFound, $"{what}: {statements}\nbut there is:\n{string.Join('\n', findings)}");
    }

    /// <summary>What was done is taken back.</summary>
    private async Task<List<string>> Findings(string statements)
    {
        await using var connection = new NpgsqlConnection(fixture.Database.RequiredSuperuser);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var db = new Db(connection, fixture.World);
        NotRunException.Unless(
            await db.Ask<bool>("select exists (select from pg_available_extensions where name = 'plpgsql_check')"),
            "plpgsql_check", $"apt-get install postgresql-{connection.PostgreSqlVersion.Major}-plpgsql-check");
        await db.Do("create extension plpgsql_check schema extensions; set local search_path = ''");
        if (statements.Length > 0)
        {
            await db.Do(statements);
        }
        else
        {
            Figures.Add("plpgsql_check.functions", await db.Ask<long>($"select count(distinct oid) from ({Routines}) r"));
        }

        return await db.List($"""
            select r.name || ': ' || c.level || ': ' || c.message
            from ({Routines}) r
            cross join lateral extensions.plpgsql_check_function_tb(r.oid::regprocedure, r.relation::regclass,
              fatal_errors => false, all_warnings => true, oldtable => r.oldtable, newtable => r.newtable) c
            """);
    }
}
