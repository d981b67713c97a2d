using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>make why: what the policies say of a row, for a person.</summary>
public sealed class WhyTests
{
    [Fact]
    public async Task It_says_which_policy_lets_whom_see_a_row()
    {
        await using var database = await (await TestServer.Shared).CreateDatabase();
        await DemoWorld.Make(database.OwnerConnectionString, database.AuthConnectionString);
        // A chat of Acme, which Dan is no member of.
        var chat = await database.OwnerConnectionString.Ask<Guid>(
            """select "id" from public."Chat" where "organizationId" is not null and "visibility" = 'private' limit 1""",
            "set role rlschat_backup");
        var message = await database.OwnerConnectionString.Ask<Guid>(
            $"""select "id" from public."Message" where "chatId" = '{chat}' limit 1""", "set role rlschat_backup");

        var ana = await Why(database, DemoPerson.Ana.Email, "Chat", chat);
        var dan = await Why(database, DemoPerson.Dan.Email, "Chat", chat);
        var nobody = await Why(database, "anonymous", "Chat", chat);

        Assert.Contains("sees this row", ana, StringComparison.Ordinal);
        Assert.Equal("yes", Verdict(ana, "org_access"));
        Assert.Equal("no", Verdict(ana, "select_public"));
        Assert.Contains("does not see this row", dan, StringComparison.Ordinal);
        Assert.Equal("no", Verdict(dan, "org_access"));
        Assert.Contains("does not see this row", nobody, StringComparison.Ordinal);
        Assert.DoesNotContain("org_access", nobody, StringComparison.Ordinal);

        // By another table, whose policies judge for the same person.
        Assert.Equal("yes", Verdict(await Why(database, DemoPerson.Ana.Email, "Message", message), "select_reader"));
        Assert.Equal("no", Verdict(await Why(database, DemoPerson.Dan.Email, "Message", message), "select_reader"));
    }

    [Theory]
    [InlineData("nobody@acme.example", "Chat", "Nobody has the address nobody@acme.example.")]
    [InlineData("ana@acme.example", "Chats", "There is no table \"Chats\" with an id; there are ")]
    [InlineData("ana@acme.example", "Chat", "\"Chat\" has no row ' or true.")]
    public async Task What_is_not_there_it_says_too(string who, string table, string says)
    {
        await using var database = await (await TestServer.Shared).CreateDatabase();
        await DemoWorld.Make(database.OwnerConnectionString, database.AuthConnectionString);

        var (exitCode, output) = await DatabaseCommand.Run(database.OwnerConnectionString, "why", who, table, "' or true");

        Assert.Equal(1, exitCode);
        Assert.Contains(says, output, StringComparison.Ordinal);
    }

    private static async Task<string> Why(TestDatabase database, string who, string table, Guid id)
    {
        var (exitCode, output) = await DatabaseCommand.Run(database.OwnerConnectionString, "why", who, table, id.ToString());
        Assert.True(exitCode == 0, output);
        return output;
    }

    // Columns: command, policy, using, with check, because.
    private static string Verdict(string output, string policy) => output.Split('\n')
        .Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .Single(cells => cells.Length > 2 && cells[0] == "select" && cells[1] == policy)[2];
}
