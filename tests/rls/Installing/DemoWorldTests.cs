using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>db-seed: the demo world is written through the policies, once.</summary>
public sealed class DemoWorldTests
{
    [Fact]
    public async Task It_is_made_once_and_shows_people_different_rows()
    {
        await using var database = await (await TestServer.Shared).CreateDatabase();

        Assert.True(await DemoWorld.Make(database.OwnerConnectionString, database.AuthConnectionString));
        Assert.False(await DemoWorld.Make(database.OwnerConnectionString, database.AuthConnectionString));

        Assert.Equal(5, await Chats(database, DemoPerson.Ana));
        Assert.Equal(3, await Chats(database, DemoPerson.Dan));
    }

    private static async Task<long> Chats(TestDatabase database, DemoPerson person)
    {
        var id = await database.AuthConnectionString.Ask<Guid>(
            $"""select "userId" from auth.credentials('{person.Email}')""");
        return await database.OwnerConnectionString.Ask<long>(
            """select count(*) from public."Chat" """, "set role regular_user", $"set auth.uid = '{id}'");
    }
}
