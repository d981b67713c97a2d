using Npgsql;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.Linting;

/// <summary>
/// The catalogue rules find the defects that they are there for, each seeded into the installed
/// database (in which they find nothing), and find nothing in what is near to a defect and in order.
/// </summary>
[Collection(SharedDatabase.Name)]
public sealed class SeededDefectTests(DatabaseFixture fixture)
{
    private const string Findings = "select rule || ': ' || object || ' ' || finding from app_private.rule_findings order by 1";

    /// <summary>The person whose rights are needed, the rule that must find it, the statements.</summary>
    public static readonly TheoryData<string, string, string> Seeds = Of(
        ("owner", Defects.OfTheOwner), ("installer", Defects.OfTheInstaller), ("superuser", Defects.OfTheSuperuser));

    /// <summary>What it is, and the statements.</summary>
    public static readonly TheoryData<string, string, string> SoundThings = Of(("owner", Defects.Sound));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_defect_is_found(string who, string rule, string statements)
    {
        var found = await ServerRoles.Alter(() => After(who, statements));
        var isFound = found.Any(finding => finding.StartsWith(rule + ": ", StringComparison.Ordinal));
        Figures.Add("defects.seeded", 1);
        Figures.Add("defects.found", isFound ? 1 : 0);
        Assert.True(isFound, $"{rule} does not find: {statements}\nbut there is:\n{string.Join('\n', found)}");
    }

    [Theory]
    [MemberData(nameof(SoundThings))]
    public async Task What_is_in_order_is_not_found(string who, string what, string statements)
    {
        var found = await ServerRoles.Alter(() => After(who, statements));
        Assert.True(found.Count == 0, $"{what}: {statements}\nis found:\n{string.Join('\n', found)}");
    }

    [Fact]
    public async Task Each_rule_has_a_defect_that_it_finds()
    {
        await using var connection = new NpgsqlConnection(fixture.Database.OwnerConnectionString);
        await connection.OpenAsync();
        var rules = await new Db(connection, fixture.World).List("""
            select distinct m[1] from pg_views v
            cross join lateral regexp_matches(v.definition, '(?:SELECT|SELECT DISTINCT) ''(\w+)''::text', 'g') m
            where v.schemaname = 'app_private' and (v.viewname like 'findings_of_%' or v.viewname = 'rule_findings') order by 1
            """);
        Assert.True(rules.Count > 40, string.Join(' ', rules));
        Assert.Equal(rules, Seeds.Select(seed => (string)seed[1]).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>What the rules find after the statements; before them, nothing. All of it is taken back.</summary>
    private async Task<List<string>> After(string who, string statements)
    {
        await using var connection = new NpgsqlConnection(
            who == "superuser" ? fixture.Database.RequiredSuperuser : fixture.Database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var db = new Db(connection, fixture.World);
        if (who == "owner")
        {
            await db.AsRole("rlschat_owner");
            await db.Do("grant create on schema public, auth, monitor to identity_definer, rlschat_purge");
            await db.Do("""
                create table public."Parted" ("id" int primary key) partition by list ("id");
                comment on table public."Parted" is 'x';
                call app_private.reset_policies('public."Parted"');
                create policy function_select on public."Parted" for select to rlschat_purge using (false);
                grant select on public."Parted" to rlschat_purge;
                comment on policy function_select on public."Parted" is 'x'
                """);
        }

        Assert.Equal([], await db.List(Findings));
        await db.Do(statements);
        return await db.List(Findings);
    }

    private static TheoryData<string, string, string> Of(params (string Who, string Lines)[] parts)
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (who, lines) in parts)
        {
            foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var gap = line.IndexOf("  ", StringComparison.Ordinal);
                data.Add(who, line[..gap], line[gap..].Trim());
            }
        }

        return data;
    }
}
