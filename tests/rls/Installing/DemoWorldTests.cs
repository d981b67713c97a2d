using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>db-seed: the demo world is written through the policies, once.</summary>
public sealed partial class DemoWorldTests
{
    [Fact]
    public async Task It_is_made_once_and_shows_people_different_rows()
    {
        await using var database = await (await TestServer.Shared).CreateDatabase();

        Assert.True(await DemoWorld.Make(database.OwnerConnectionString, database.AuthConnectionString));
        Assert.False(await DemoWorld.Make(database.OwnerConnectionString, database.AuthConnectionString));

        Assert.Equal(5L, await Asks<long>(database, DemoPerson.Ana, """select count(*) from public."Chat" """));
        Assert.Equal(3L, await Asks<long>(database, DemoPerson.Dan, """select count(*) from public."Chat" """));

        var readme = (await File.ReadAllLinesAsync(Readme())).Where(line => line.StartsWith("# {\"items\":", StringComparison.Ordinal));
        Assert.Equal(
            [await ChatsOfOrganization(database, DemoPerson.Ana), await ChatsOfOrganization(database, DemoPerson.Dan)],
            readme.Select(line => string.Join(", ", Title().Matches(line).Select(match => match.Groups[1].Value))));
    }

    // In the order of GET /chats.
    private static Task<string> ChatsOfOrganization(TestDatabase database, DemoPerson person) => Asks<string>(database, person, """
        select string_agg("title", ', ' order by "createdAt" desc) from public."Chat" where "organizationId" = auth.organization_id()
        """);

    private static async Task<T> Asks<T>(TestDatabase database, DemoPerson person, string sql)
    {
        var id = await database.AuthConnectionString.Ask<Guid>(
            $"""select "userId" from auth.credentials('{person.Email}')""");
        return (await database.OwnerConnectionString.Ask<T>(sql, "set role regular_user", $"set auth.uid = '{id}'"))!;
    }

    private static string Readme([CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "../../../README.md");

    [GeneratedRegex("\"title\":\"([^\"]+)\"")]
    private static partial Regex Title();
}
