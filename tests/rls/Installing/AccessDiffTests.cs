using RlsChat.Database;
using RlsChat.Database.Reviewing;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>make access-diff: names who gains and who loses what by a change of policies and grants, and nothing else.</summary>
public sealed class AccessDiffTests
{
    // By what a policy lets through, and by what a grant does.
    private static readonly Script[] Careless = Changed(
        ("Chat", """alter policy org_access on public."Chat" using (true)"""),
        ("Vote", """alter policy delete_self on public."Vote" using (true)"""),
        ("Document", """alter policy insert_owner on public."Document" with check (true)"""),
        ("User", """grant select ("password") on public."User" to regular_user; grant execute on function auth.own_password_hash() to regular_user"""));

    [Fact]
    public async Task Policies_turned_to_true_are_named_by_who_gains_what()
    {
        var lines = await Between(Script.Embedded, Careless);

        Assert.Contains("a member of another organization can now read Chat: 18 rows more", lines);
        Assert.Contains(lines, line => line.StartsWith("a person without an organization can now read Message: ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("a member of another organization can now delete from Vote: ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("a member of another organization can now add to Document: ", StringComparison.Ordinal));
        Assert.Contains("regular_user can now select columns of User: password", lines);
        Assert.Contains("regular_user can now execute auth.own_password_hash()", lines);
        // An anonymous caller is another role's, and what hangs on a chat is read with it.
        Assert.DoesNotContain(lines, line => line.Contains("anonymous", StringComparison.Ordinal) || line.Contains("no longer", StringComparison.Ordinal));
        Assert.Equal(
            ["Chat", "Document", "Message", "Stream", "StreamChunk", "User", "Vote", "auth.own_password_hash()"],
            lines.Where(line => line.Contains(" can ", StringComparison.Ordinal)).Select(line => line.Split(':')[0].Split(' ')[^1]).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_way_back_is_a_loss()
    {
        var lines = await Between(Careless, Changed(("Chat", """drop policy select_public on public."Chat" """)));

        Assert.Contains(lines, line => line.StartsWith("an anonymous caller can no longer read Chat: ", StringComparison.Ordinal));
        Assert.Contains("regular_user can no longer select columns of User: password", lines);
        Assert.Contains("regular_user can no longer execute auth.own_password_hash()", lines);
        Assert.DoesNotContain(lines, line => line.Contains("can now", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> Between(IReadOnlyList<Script> before, IReadOnlyList<Script> after)
    {
        var server = await TestServer.Shared;
        await using var old = await server.CreateEmptyDatabase();
        await using var changed = await server.CreateEmptyDatabase();
        return await AccessDiff.Between(Of(old, before), Of(changed, after), _ => { });

        static ReviewedDatabase Of(TestDatabase database, IReadOnlyList<Script> scripts) => new(database.OwnerConnectionString, database.RequiredSuperuser, scripts);
    }

    private static Script[] Changed(params (string Table, string Sql)[] changes) =>
    [
        .. Script.Embedded.Select(script => changes.FirstOrDefault(change => script.Name == $"db/policies/{change.Table}.sql").Sql is { } sql
            ? script with { Sql = $"{script.Sql}\n{sql};\n" } : script),
    ];
}
